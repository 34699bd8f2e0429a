import { printable } from '../core/printable.ts'

// What a query of a measuring system gives, and how it becomes the one number that is judged.

/** How several series become one. */
export const SERIES = ['max', 'min', 'sum', 'avg'] as const

type Way = (typeof SERIES)[number]

type Samples = { at: number; value: number }[]

export interface Series {
  labels: Readonly<Record<string, string>>
  /** NaN where there is no value. */
  samples: Samples
}

/** The one series that is judged. What a query with several means is for its author to say; `cure` is how. */
export function combined(
  all: readonly Series[],
  way: Way | undefined,
  cure: string,
): { samples: Samples } | { why: string } {
  const [first, second] = all
  if (first === undefined) return { samples: [] }
  if (second === undefined) return { samples: first.samples }
  if (way === undefined)
    return {
      why: `the query gives ${all.length} series, such as ${namesOf(first)} and ${namesOf(second)}: ${cure}, or say series: max`,
    }
  const moments = new Map<number, number[]>()
  for (const { samples } of all)
    for (const { at, value } of samples) {
      if (Number.isNaN(value)) continue
      const values = moments.get(at)
      if (values === undefined) moments.set(at, [value])
      else values.push(value)
    }
  const samples = [...moments].map(([at, values]) => ({ at, value: WAYS[way](values) }))
  return { samples: samples.sort((a, b) => a.at - b.at) }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const WAYS: Record<Way, (values: readonly number[]) => number> = {
  max: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  min: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  sum,
  avg: (values) => sum(values) / values.length,
}

function namesOf({ labels }: Series): string {
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return printable(`{${text.join(', ')}}`, 80)
}
