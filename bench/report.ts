import type { Measured } from './measure.ts'
import { isWithin, type Outcome, type Ratio } from './outcome.ts'

/** In general words: enough to judge a ratio, nothing that names a machine. */
export interface Machine {
  readonly node: string
  readonly system: string
  readonly cores: number
  readonly memoryGiB: number
  /** Processes that wanted to run, per core, over the minute before: far above 0, the ratios are of a busy machine. */
  readonly loadPerCore: number
}

/** `date` is a day, in UTC. */
export type Result = Outcome & { readonly date: string; readonly machine: Machine }

/** What stands in `results/README.md`. */
export function markdown(results: readonly Result[]): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; with names, only those are run again (`npm run bench -- startup`).',
    'Everything that is compared ran side by side, in turns, in the same minutes on the same machine: read the ratios.',
    'The milliseconds are those of one machine and promise nothing. Run it where nothing else runs: a load per core',
    'above 0.5 means that other work was measured too, and that several threads are a disadvantage.',
    ...results.flatMap(section),
    '',
    '## What this does not measure',
    '',
    ...results.flatMap(({ title, notMeasured }) => notMeasured.map((text) => `- ${title}: ${text}`)),
    '- All: a network. Everything is on loopback, where a request takes less than a millisecond.',
    '',
  ].join('\n')
}

function section(result: Result): string[] {
  const { title, about, measured, ratios, counts, notes = [], date, machine } = result
  return [
    '',
    `## ${title}`,
    '',
    about,
    '',
    table(['', 'compared with', 'ratio', 'aim', 'limit', ''], ratios.map(ratioRow)),
    '',
    table(['', 'runs', 'median', 'middle half', 'fastest'], measured.map(measuredRow)),
    ...(counts === undefined
      ? []
      : [
          '',
          table(
            ['counted', ''],
            Object.entries(counts).map(([what, count]) => [what, String(count)]),
          ),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
    '',
    `${date}, Node ${machine.node}, ${machine.system}, ${machine.cores} cores, ${machine.memoryGiB} GiB; load per core before it began: ${machine.loadPerCore.toFixed(1)}.`,
  ]
}

function ratioRow(ratio: Ratio): string[] {
  const { of, to, value, aim, limit } = ratio
  return [
    `\`${of}\``,
    `\`${to}\``,
    `**${factor(value)}**`,
    aim === undefined ? '' : `≤ ${factor(aim)}`,
    `≤ ${factor(limit)}`,
    isWithin(ratio) ? 'holds' : 'MISSED',
  ]
}

function measuredRow({ name, runs, median, lower, upper, fastest }: Measured): string[] {
  return [
    `\`${name}\``,
    String(runs),
    duration(median),
    `${duration(lower)} – ${duration(upper)}`,
    duration(fastest),
  ]
}

/** 0.004× would say little: below one half it is the other way round. */
export function factor(value: number): string {
  if (value < 0.5) return `1/${significant(1 / value)}`
  return `${significant(value)}×`
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${significant(milliseconds)} ms` : `${significant(milliseconds / 1000)} s`
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
