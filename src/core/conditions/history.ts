import type { Sample } from '../source.ts'
import { GAP } from './judgement.ts'
import type { Taken } from './moments.ts'
import { seriesKey } from './series.ts'

// What was measured of one signal, in numbers: for whoever asks why it was judged as it was.

export interface History {
  /** Samples that told something, each moment of a series once. */
  count: number
  /** How many series they are of, where those are kept apart. */
  series?: number | undefined
  /** Of the first and of the last of them, in milliseconds since the epoch. */
  first?: number | undefined
  last?: number | undefined
  /** Of those that are numbers. */
  numbers?: { min: number; median: number; max: number; last: number } | undefined
  /** The last value, where it is no number. */
  value?: string | boolean | null | undefined
  /** How many of them failed, and why the last of those did. */
  failing?: Repeated | undefined
  /** Times without a sample that are longer than three times the signal's rule. */
  gaps: { from: number; to: number }[]
  /** Why nothing was measured: the measuring system did not answer, or had no data. */
  silent: Repeated[]
}

export interface Repeated {
  why: string
  times: number
  /** In milliseconds since the epoch. */
  last: number
}

/** `since` is from when on it was to be known, where that was asked for. */
export function historyOf(
  taken: readonly Taken[],
  { every, now, since }: { every: number; now: number; since: number | undefined },
): History {
  const samples = samplesIn(taken)
  const keys = new Set(taken.flatMap(seriesOf))
  const numbers = samples.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
  const last = samples.at(-1)
  const failed = samples.filter(({ failing }) => failing !== undefined)
  const failure = failed.at(-1)
  return {
    count: samples.length,
    series: keys.size === 0 ? undefined : keys.size,
    first: samples[0]?.at,
    last: last?.at,
    numbers: numbers.length === 0 ? undefined : spread(numbers),
    value: typeof last?.value === 'number' ? undefined : last?.value,
    failing:
      failure === undefined
        ? undefined
        : { why: failure.failing ?? '', times: failed.length, last: failure.at },
    gaps: gapsIn([...(since === undefined ? [] : [since]), ...samples.map(({ at }) => at), now], GAP * every),
    silent: repeated(taken.flatMap(silence)),
  }
}

/** Oldest first; of two that say the same moment the one that was read later. */
export function samplesIn(taken: readonly Taken[]): Sample[] {
  const samples = new Map<string, Sample>()
  const add = (sample: Sample, series = ''): void => void samples.set(`${sample.at} ${series}`, sample)
  for (const { measurement } of taken) {
    if (measurement.kind === 'samples') for (const sample of measurement.samples) add(sample)
    if (measurement.kind === 'series')
      for (const one of measurement.series)
        for (const sample of one.samples) add(sample, seriesKey(one.labels))
  }
  return [...samples.values()].sort((a, b) => a.at - b.at)
}

function seriesOf({ measurement }: Taken): string[] {
  return measurement.kind === 'series' ? measurement.series.map(({ labels }) => seriesKey(labels)) : []
}

function spread(numbers: readonly number[]): NonNullable<History['numbers']> {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = Math.floor(sorted.length / 2)
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    max: at(sorted.length - 1),
    last: numbers.at(-1) ?? Number.NaN,
  }
}

function gapsIn(times: readonly number[], longest: number): History['gaps'] {
  return times.flatMap((to, index) => {
    const from = times[index - 1] ?? to
    return to - from > longest ? [{ from, to }] : []
  })
}

function silence({ at, measurement }: Taken): { at: number; why: string }[] {
  if (measurement.kind === 'samples' || measurement.kind === 'series') return []
  return [{ at, why: measurement.kind === 'no-data' ? `no data: ${measurement.why}` : measurement.why }]
}

/** The same reason is said once, in the order in which they were last heard. */
function repeated(all: readonly { at: number; why: string }[]): Repeated[] {
  const byReason = new Map<string, Repeated>()
  for (const { at, why } of all) {
    const times = (byReason.get(why)?.times ?? 0) + 1
    byReason.delete(why)
    byReason.set(why, { why, times, last: at })
  }
  return [...byReason.values()]
}
