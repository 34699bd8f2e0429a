import { seriesKey } from '../core/conditions/series.ts'
import type { Measurement, Sample, SampledSeries, Told } from '../core/source.ts'
import type { Together } from '../core/model.ts'
import { printable } from '../core/printable.ts'

// What a query of a measuring system gives, and what of it is judged: one number, or each series by itself.

/** How several series become one. */
const WAYS = {
  max: (values: readonly number[]) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  min: (values: readonly number[]) => values.reduce((least, value) => Math.min(least, value), Infinity),
  sum,
  avg: (values: readonly number[]) => sum(values) / values.length,
}

/** The words for it, in the options of a source. */
export const SERIES = ['any', 'all', 'max', 'min', 'sum', 'avg'] as const

export const SERIES_MEAN =
  'where the query gives several series: any, all (each is judged by itself, and the condition holds for one of them, or for each), or what is made of them: max, min, sum, avg; without it several are refused'

/** More of them are nothing that anybody reads at night, and each has a history of its own. */
const MOST_SERIES = 200

type Samples = { at: number; value: number }[]

export interface Series {
  labels: Readonly<Record<string, string>>
  /** NaN where there is no value. */
  samples: Samples
}

type Found = { one: Samples } | { judged: Together; several: readonly Series[] } | { why: string }

/** What a query with several series means is for its author to say; `cure` is how. */
export function combined(
  all: readonly Series[],
  way: (typeof SERIES)[number] | undefined,
  cure: string,
): Found {
  const [first, second] = all
  if (first === undefined) return { one: [] }
  if (way === 'any' || way === 'all') return keptApart(all, way, cure)
  if (second === undefined) return { one: first.samples }
  if (way !== undefined) return { one: madeOne(all, WAYS[way]) }
  return {
    why: `the query gives ${all.length} series, such as ${namesOf(first)} and ${namesOf(second)}: ${cure}, or say series: max, or series: any`,
  }
}

function keptApart(all: readonly Series[], judged: Together, cure: string): Found {
  if (all.length > MOST_SERIES)
    return {
      why: `the query gives ${all.length} series, and no more than ${MOST_SERIES} are judged one by one: ${cure}, or let it ask for fewer`,
    }
  const names = new Map(all.map((one) => [seriesKey(one.labels), one]))
  const twice = all.find((one) => names.get(seriesKey(one.labels)) !== one)
  if (twice !== undefined)
    return { why: `the query gives two series that both have ${namesOf(twice)}: nothing tells them apart` }
  return { judged, several: all }
}

/** The measurement of series that are kept apart; what one of them comes to is for the source to say. */
export function measurementOf(
  judged: Together,
  series: readonly Series[],
  samplesOf: (series: Series) => Sample[],
  told: Told,
): Measurement {
  const sampled = series.map<SampledSeries>((one) => ({ labels: one.labels, samples: samplesOf(one) }))
  return { kind: 'series', judged, series: sampled, ...told }
}

function madeOne(all: readonly Series[], way: (values: readonly number[]) => number): Samples {
  const moments = new Map<number, number[]>()
  for (const { samples } of all)
    for (const { at, value } of samples) {
      if (Number.isNaN(value)) continue
      const values = moments.get(at)
      if (values === undefined) moments.set(at, [value])
      else values.push(value)
    }
  const samples = [...moments].map(([at, values]) => ({ at, value: way(values) }))
  return samples.sort((a, b) => a.at - b.at)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function namesOf({ labels }: Series): string {
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return printable(`{${text.join(', ')}}`, 80)
}
