import type { Judged } from '../run/events.ts'
import type { Speaks } from './moments.ts'
import type { Usual } from './limit.ts'
import type { Measure } from './sample.ts'

export interface Judgement {
  verdict: Judged
  /** What was measured, for people: `commit 1a2b3c4, 3 of 3 in a row`. */
  words: string
  /** Since when it holds without a break, as far as is known, in milliseconds since the epoch. */
  since?: number | undefined
  /** It began then: right before it did not hold. Else it may have held for longer. */
  began?: boolean | undefined
  /** When that was seen last; milliseconds since the epoch. */
  seen?: number | undefined
  /** More samples cannot change it. */
  final: boolean
  /** Unknown only because it was not measured for long enough: sampled for so many milliseconds, it is known. */
  knownAfter?: number | undefined
  /** What there was to be judged is no value: a probe that failed, silence. The contrary of it is not known either. */
  valueless?: boolean | undefined
}

/** What is usual of a signal: one number, or one for each of its series, by `seriesKey`. */
export type Baselines = Usual | ReadonlyMap<string, number>

export function isBySeries(baseline: Baselines): baseline is ReadonlyMap<string, number> {
  return baseline instanceof Map
}

/** Of a signal, with all of its series. */
export interface JudgingAll extends Omit<Judging, 'baseline'> {
  baseline?: Baselines
}

export interface Judging extends Measure {
  /** Milliseconds since the epoch. */
  now: number
  /** Milliseconds between two samples, by rule. */
  every: number
  speaks: Speaks
}

/** Samples that are further apart than so many times their rule leave a gap of which nothing is known. */
export const GAP = 3

export const NOT_MEASURED: Judgement = { verdict: 'unknown', words: 'not measured yet', final: false }

/** Of what is known once it was sampled over a time: samples are taken a little later than they are due. */
export function sampledOver(span: number, every: number): number {
  return span + Math.max(2 * every, 1000)
}

/** Of several that are all unknown: nothing as soon as time alone does not tell of one of them. */
export function allKnownAfter(judgements: readonly Pick<Judgement, 'knownAfter'>[]): number | undefined {
  const times = judgements.flatMap(({ knownAfter }) => knownAfter ?? [])
  return times.length === 0 || times.length < judgements.length ? undefined : Math.max(...times)
}

/** Of several that are judged together. */
export function beginningOf(
  judgements: readonly Judgement[],
  earliest: (...times: number[]) => number,
): Pick<Judgement, 'since' | 'began' | 'seen'> {
  const times = judgements.flatMap(({ since }) => since ?? [])
  if (times.length === 0) return {}
  const since = earliest(...times)
  const seen = judgements.flatMap((one) => one.seen ?? [])
  return {
    since,
    began: judgements.some((one) => one.since === since && one.began === true),
    seen: seen.length === 0 ? undefined : Math.min(...seen),
  }
}
