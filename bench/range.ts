import { measure } from './measure.ts'
import { type Benchmark, type Outcome, type Ratio, ratio } from './outcome.ts'
import { inCheckout } from './program.ts'
import { POINTS, SERIES, STEP_SECONDS } from './range-answer.ts'
import { runWhole, type WholeProcess, wholeProcess } from './whole-process.ts'
import { type Ground, withService } from './with-service.ts'

const TOTAL = (SERIES * POINTS).toLocaleString('en')
const OURS = `rollback check, a range of ${TOTAL} points`
const BARE = `fetch and JSON.parse, ${TOTAL} points`
const ROLL_BACK = 10

export const range: Benchmark = { run: () => withService(runbookFor, run) }

async function run({ node, entry, url, runbook }: Ground): Promise<Outcome> {
  const bare: WholeProcess = {
    name: BARE,
    program: node,
    argv: [inCheckout('bench/bare-range.mjs'), `${url}/api/v1/query_range?query=up`, String(SERIES)],
  }
  const ours: WholeProcess = {
    name: OURS,
    program: node,
    argv: [entry, 'check', '--runbook', runbook],
    exit: ROLL_BACK,
  }
  const measured = await measure([wholeProcess(bare), wholeProcess(ours)], { rounds: 15, warmUps: 3 })
  const memory = { ours: peakMemory(ours), bare: peakMemory(bare) }
  return {
    title: 'Range',
    about: `\`rollback check\` of one trigger over a range query of ${SERIES} series with ${POINTS.toLocaleString('en')} points each (\`series: max\`, \`for: 1d\`), against a bare process that fetches the same answer and parses it. Whole processes.`,
    measured,
    ratios: [ratio(measured, OURS, BARE, { limit: 2 }), memoryRatio(memory)],
    counts: {
      [`MiB at most, ${OURS}`]: Math.round(memory.ours / 1024),
      [`MiB at most, ${BARE}`]: Math.round(memory.bare / 1024),
    },
    notMeasured: [
      'Prometheus itself, which takes longer to answer such a query than either side to read it.',
      'How far a heap grows before it is swept is up to Node, and to the memory of the machine.',
    ],
  }
}

function runbookFor(url: string): string {
  return `version: 1
service: shop
signals:
  error_rate:
    prometheus: { url: '${url}', query: error_rate, series: max }
    every: ${STEP_SECONDS}s
    unit: ratio
triggers:
  - { id: errors, signal: error_rate, above: 10%, for: 1d, severity: critical }
procedures:
  none: { steps: [{ id: nothing, uses: command.run, with: { argv: ['true'] } }] }
`
}

/** The median of five runs, in KiB. */
function peakMemory(whole: WholeProcess): number {
  const argv = ['--require', inCheckout('bench/peak-memory.cjs'), ...whole.argv]
  const runs = Array.from({ length: 5 }, () => Number(runWhole({ ...whole, argv })))
  return runs.toSorted((a, b) => a - b)[2] ?? Number.NaN
}

function memoryRatio({ ours, bare }: { ours: number; bare: number }): Ratio {
  return { of: `memory, ${OURS}`, to: `memory, ${BARE}`, value: ours / bare, limit: 2 }
}
