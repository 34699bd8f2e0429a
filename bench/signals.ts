import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { findProgram } from '../test/helpers/need.ts'
import { type Contender, measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio, ratioOfRest } from './outcome.ts'
import { inCheckout } from './program.ts'
import { wholeProcess } from './whole-process.ts'
import { type Ground, withService } from './with-service.ts'

const SIGNALS = 1000
const COUNT = SIGNALS.toLocaleString('en')
const OURS = `rollback check, ${COUNT} signals`
const BARE = `${COUNT} requests with node:http`
const VALIDATE = 'rollback validate, the same runbook'
const NODE = 'node -e 0'
const CURL = `curl --parallel, ${COUNT} requests`
/** The most that it allows. */
const CURL_AT_ONCE = 300

export const signals: Benchmark = { run: () => withService(runbookFor, run) }

async function run({ node, entry, url, runbook, folder }: Ground): Promise<Outcome> {
  const base = signalsAt(url)
  const measured = await measure(
    [
      wholeProcess({
        name: BARE,
        program: node,
        argv: [inCheckout('bench/bare-signals.mjs'), base, String(SIGNALS)],
      }),
      wholeProcess({ name: OURS, program: node, argv: [entry, 'check', '--runbook', runbook] }),
      wholeProcess({ name: VALIDATE, program: node, argv: [entry, 'validate', '--runbook', runbook] }),
      wholeProcess({ name: NODE, program: node, argv: ['-e', '0'] }),
      ...(await curl(base, folder)),
    ],
    { rounds: 15, warmUps: 3 },
  )
  return {
    title: 'Signals',
    about: `\`rollback check\` of ${COUNT} endpoints, each with a trigger of its own, all asked at once; against a bare process that asks the same ones at once and looks at the status. Whole processes, each with new connections.`,
    measured,
    ratios: [
      ratio(measured, OURS, BARE, { limit: 2 }),
      ratioOfRest(measured, [OURS, VALIDATE], [BARE, NODE], { limit: 2 }),
    ],
    notes: [
      `\`rollback check\` is the whole command: it reads and checks a runbook of ${COUNT} signals and triggers (\`${VALIDATE}\` does only that), and writes a line for each. The second ratio is of asking and judging alone.`,
      `\`${CURL}\`: for scale, and not compared; it has ${CURL_AT_ONCE} under way at a time.`,
    ],
    notMeasured: [
      'TLS, names that are looked up, and endpoints on hosts of their own: here all are on one.',
      'The endpoints take turns on the cores with those who ask, which brings both sides nearer to each other.',
      '`--sample`: what is judged again while it is sampled.',
    ],
  }
}

function signalsAt(url: string): string {
  return `${url}/signals/`
}

function runbookFor(url: string): string {
  const base = signalsAt(url)
  const names = Array.from({ length: SIGNALS }, (_, index) => `s${index}`)
  return [
    'version: 1',
    'service: shop',
    'signals:',
    ...names.map((name, index) => `  ${name}: { http: { url: '${base}${index}' } }`),
    'triggers:',
    ...names.map((name) => `  - { id: ${name}-down, signal: ${name}, failing: true, severity: critical }`),
    'procedures:',
    '  none: { steps: [{ id: nothing, uses: command.run, with: { argv: ["true"] } }] }',
    '',
  ].join('\n')
}

/** Nothing where there is none. Its list of requests is read from a file, as a user would give it so many. */
async function curl(base: string, folder: string): Promise<Contender[]> {
  const program = findProgram('curl')
  if (program === undefined) return []
  const list = join(folder, 'requests.curl')
  await writeFile(list, `url = "${base}[0-${SIGNALS - 1}]"\noutput = "/dev/null"\n`)
  const argv = ['--parallel', '--parallel-max', String(CURL_AT_ONCE), '--silent', '--fail', '--config', list]
  return [wholeProcess({ name: CURL, program, argv })]
}
