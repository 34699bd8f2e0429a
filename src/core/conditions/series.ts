import type { Sample, SampledSeries } from '../source.ts'
import type { Condition, Together } from '../model.ts'
import { printable } from '../printable.ts'
import type { Judged } from '../run/events.ts'
import {
  allKnownAfter,
  type Baselines,
  beginningOf,
  GAP,
  isBySeries,
  type Judgement,
  type Judging,
  type JudgingAll,
} from './judgement.ts'
import type { Usual } from './limit.ts'
import type { Taken } from './moments.ts'
import { lastSample } from './over-time.ts'

// A signal with several series: each is judged by itself over its own time, and then it is said which of them decided.

type Labels = SampledSeries['labels']
type JudgeOne = (condition: Condition, taken: readonly Taken[], judging: Judging) => Judgement

/** What decides first, and what last. */
const ORDER: Record<Together, readonly [Judged, ...Judged[]]> = {
  any: ['holds', 'unknown', 'fails'],
  all: ['fails', 'unknown', 'holds'],
}

/** Of those that decide, so many are named besides the first. */
const MOST_NAMED = 2

/** What tells a series from the others of its signal, whenever it is measured. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** How the series of a signal are judged together; undefined where it has none. */
export function togetherOf(taken: readonly Taken[]): Together | undefined {
  const last = taken.findLast(({ measurement }) => measurement.kind === 'series')?.measurement
  return last?.kind === 'series' ? last.judged : undefined
}

export function judgeSeries(
  together: Together,
  condition: Condition,
  taken: readonly Taken[],
  judging: JudgingAll,
  judgeOne: JudgeOne,
): Judgement {
  const judged = judgedApart(condition, taken, judging, judgeOne)
  const [decisive] = ORDER[together]
  const verdict = ORDER[together].find((wanted) => judged.some((one) => one.verdict === wanted)) ?? 'unknown'
  const deciding = judged.filter((one) => one.verdict === verdict)
  const [first, ...others] = deciding
  if (first === undefined) return { verdict, words: 'no series has data any more', final: false }
  const also = verdict === decisive ? others.slice(0, MOST_NAMED).map(({ name }) => `, and ${name}`) : []
  return {
    verdict,
    words: `${first.name} ${first.words}${also.join('')} (${deciding.length} of ${judged.length} series)`,
    ...beginningOf(deciding, together === 'any' ? Math.min : Math.max),
    knownAfter: allKnownAfter(deciding),
    final: verdict === decisive ? deciding.some(({ final }) => final) : judged.every(({ final }) => final),
  }
}

/** One series, as the condition is judged of it. */
export interface SeriesJudged extends Judgement {
  /** By what it differs in from the others: `{pod="api-1"}`. */
  name: string
  /** Its last number. */
  value?: number | undefined
  /** What was measured of it alone, and what is usual of it. */
  taken: readonly Taken[]
  baseline: Usual
}

export function judgedApart(
  condition: Condition,
  taken: readonly Taken[],
  judging: JudgingAll,
  judgeOne: JudgeOne,
): SeriesJudged[] {
  // What is gone is left out where silence is to be ignored: a pod that was replaced would stand for what it was.
  const all = apart(taken, judging.every).filter(
    (one) => condition.no_data !== 'ignore' || goesOn(one, judging.every),
  )
  return all.map((one) => {
    const baseline = baselineOf(judging.baseline, one.key)
    return {
      name: nameOf(one.labels, all),
      value: lastNumber(one),
      taken: one.taken,
      baseline,
      ...judgeOne(condition, one.taken, { ...judging, baseline }),
    }
  })
}

function lastNumber({ taken }: Apart): number | undefined {
  const value = lastSample(taken)?.value
  return typeof value === 'number' ? value : undefined
}

const WORST: readonly Judged[] = ['holds', 'unknown', 'fails']

/** What holds first, and of those alike the number that is furthest to the side which the condition speaks of. */
export function worstFirst(condition: Condition, all: readonly SeriesJudged[]): SeriesJudged[] {
  const down = (condition.below ?? condition.at_most ?? condition.change?.below) !== undefined
  const badness = ({ value }: SeriesJudged): number =>
    value === undefined ? -Infinity : down ? -value : value
  return all
    .toSorted((a, b) => compare(badness(b), badness(a)))
    .toSorted((a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict))
}

/** Of numbers that may be without end. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}

interface Apart {
  key: string
  labels: Labels
  taken: Taken[]
}

/**
 * What was measured of each series. Where the others were measured and it was not, it has no data. One that was not seen
 * for longer than a gap is gone, where each moment is asked for anew: a pod was replaced. A history tells of it for as
 * long as it lies in it.
 */
function apart(taken: readonly Taken[], every: number): Apart[] {
  const found = new Map<string, Apart>()
  const newest = taken.findLast(({ measurement }) => measurement.kind === 'series')?.at ?? 0
  for (const { at, measurement } of taken)
    if (measurement.kind === 'series' && (measurement.from !== undefined || newest - at <= GAP * every))
      for (const { labels } of measurement.series) {
        const key = seriesKey(labels)
        if (!found.has(key)) found.set(key, { key, labels, taken: [] })
      }
  for (const { at, measurement } of taken) {
    if (measurement.kind !== 'series') {
      for (const one of found.values()) one.taken.push({ at, measurement })
      continue
    }
    const samples = new Map(measurement.series.map((one) => [seriesKey(one.labels), one.samples]))
    for (const one of found.values())
      one.taken.push({ at, measurement: measured(samples.get(one.key) ?? [], measurement.from) })
  }
  return [...found.values()]
}

function measured(samples: Sample[], from: number | undefined): Taken['measurement'] {
  return samples.length > 0
    ? { kind: 'samples', samples, from }
    : { kind: 'no-data', why: 'this series has none', from }
}

function goesOn({ taken }: Apart, every: number): boolean {
  const newest = taken.at(-1)
  if (newest?.measurement.kind !== 'samples') return newest?.measurement.kind === 'unreachable'
  return newest.measurement.samples.some(({ at }) => at >= newest.at - GAP * every)
}

function baselineOf(baseline: Baselines, key: string): Usual {
  if (!isBySeries(baseline)) return baseline
  return baseline.get(key) ?? { unknown: 'this series had none' }
}

function nameOf(labels: Labels, all: readonly Apart[]): string {
  const telling = Object.entries(labels).filter(
    ([name, value]) => all.length === 1 || all.some((other) => other.labels[name] !== value),
  )
  return printable(`{${telling.map(([name, value]) => `${name}="${value}"`).join(', ')}}`, 60)
}
