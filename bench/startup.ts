import { spawnSync } from 'node:child_process'

import { tempFolder } from '../test/helpers/folder.ts'
import { type Contender, measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'
import { buildProgram, inCheckout, plainEnvironment } from './program.ts'

const BARE = 'node -e 0'
const VERSION = 'rollback --version'
const EXAMPLES = ['registry-render', 'kubernetes-deployment']

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
      wholeProcess(BARE, node, ['-e', '0']),
      wholeProcess(VERSION, node, [entry, '--version']),
      ...validations.map(({ name, argv }) => wholeProcess(name, node, argv)),
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

/** Synchronously: our own event loop must not stand between the end of a process and the clock. */
function wholeProcess(name: string, program: string, argv: readonly string[]): Contender {
  return {
    name,
    async run() {
      const { status, error, stderr } = spawnSync(program, argv, {
        env: plainEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${String(error ?? stderr)}`)
    },
  }
}
