import { tempFolder } from '../test/helpers/folder.ts'
import { measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'
import { buildProgram, inCheckout } from './program.ts'
import { wholeProcess } from './whole-process.ts'

const BARE = 'node -e 0'
const VERSION = 'rollback --version'
const EXAMPLES = ['registry-render', 'kubernetes-helm']

export const startup: Benchmark = { run }

async function run(): Promise<Outcome> {
  await using folder = await tempFolder('bench')
  const { node, entry } = await buildProgram(folder.path)
  const validations = EXAMPLES.map((name) => ({
    name: `rollback validate (${name})`,
    argv: [entry, 'validate', '--runbook', inCheckout(`runbooks/${name}.yaml`)],
  }))
  const measured = await measure(
    [
      wholeProcess({ name: BARE, program: node, argv: ['-e', '0'] }),
      wholeProcess({ name: VERSION, program: node, argv: [entry, '--version'] }),
      ...validations.map(({ name, argv }) => wholeProcess({ name, program: node, argv })),
    ],
    { rounds: 40, warmUps: 3 },
  )
  return {
    title: 'Start-up',
    about:
      'Whole processes, from the start to the exit code, each started directly by the same Node. `validate` reads and checks a complete runbook of this repository.',
    measured,
    ratios: [
      ratio(measured, VERSION, BARE, { aim: 1.3, limit: 1.5 }),
      ...validations.map(({ name }) => ratio(measured, name, BARE, { aim: 2, limit: 2.5 })),
    ],
    notMeasured: [
      'The first start after an installation: the compiled code is not kept yet, and the disk is cold.',
      '`npm` and `npx`, which take longer than the program itself.',
    ],
  }
}
