import type { Measured } from './measure.ts'

/** How many times as long one takes as another, by their medians in the same rounds. */
export interface Ratio {
  readonly of: string
  readonly to: string
  readonly value: number
  /** What is worked for, and what is good enough. A ratio above `limit` fails the benchmark. */
  readonly aim?: number
  readonly limit: number
}

export interface Outcome {
  readonly title: string
  /** What is run, in one or two sentences. */
  readonly about: string
  readonly measured: readonly Measured[]
  readonly ratios: readonly Ratio[]
  /** What was counted besides time. */
  readonly counts?: Readonly<Record<string, number>>
  readonly notes?: readonly string[]
  readonly notMeasured: readonly string[]
}

export interface Benchmark {
  readonly run: () => Promise<Outcome>
}

export function ratio(
  measured: readonly Measured[],
  of: string,
  to: string,
  bounds: { aim?: number; limit: number },
): Ratio {
  return { of, to, value: medianOf(measured, of) / medianOf(measured, to), ...bounds }
}

/** The same, each less what it does before the thing that is compared begins. */
export function ratioOfRest(
  measured: readonly Measured[],
  of: readonly [whole: string, before: string],
  to: readonly [whole: string, before: string],
  bounds: { aim?: number; limit: number },
): Ratio {
  const [rest = 0, bare = 1] = [of, to].map(
    ([whole, before]) => medianOf(measured, whole) - medianOf(measured, before),
  )
  return { of: of.join(' − '), to: to.join(' − '), value: rest / bare, ...bounds }
}

export function isWithin({ value, limit }: Ratio): boolean {
  return value <= limit
}

function medianOf(measured: readonly Measured[], wanted: string): number {
  const found = measured.find(({ name }) => name === wanted)
  if (found === undefined) throw new Error(`Nothing was measured under the name "${wanted}"`)
  return found.median
}
