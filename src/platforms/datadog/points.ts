import type { Series } from '../series.ts'
import type { Range } from './query.ts'

// Points become samples. A point stands for the time from its moment to the next point's.

interface Point {
  at: number
  /** NaN where there is none. */
  value: number
}

/** Without a rollup the answer shows how wide the points are; two spikes far apart are not one wide point. */
const WIDEST_SEEN = 60_000

/** The answer may hold more points than anybody needs. */
const MOST = 11_000

/** In milliseconds; points without a value count too. */
export function widthOf(series: readonly Series[]): number {
  let width = WIDEST_SEEN
  for (const { samples } of series)
    for (const [index, { at }] of samples.entries()) {
      const gap = at - (samples[index - 1]?.at ?? at)
      if (gap > 0 && gap < width) width = gap
    }
  return width
}

/** Those with a value, whose time is over: the last one is still being filled, and less than it will be. */
export function wholePoints(points: readonly Point[], width: number, { from, to }: Range): Point[] {
  return points
    .filter(({ at, value }) => !Number.isNaN(value) && at >= from && at + width <= to)
    .map(({ at, value }) => ({ at: at + width, value }))
}

/** Wide points are repeated until the next one is known, so that they do not look like gaps to who wants one `every`. */
export function repeated(
  points: readonly Point[],
  width: number,
  every: number,
  { from, to }: Range,
): Point[] {
  const step = Math.max(every, Math.ceil((to - from) / MOST))
  return points.flatMap(({ at, value }) => {
    const times = Math.max(1, Math.ceil(width / step))
    return Array.from({ length: times }, (_, index) => ({ at: at + index * step, value })).filter(
      (one) => one.at <= to,
    )
  })
}
