// How long a query looks back, and how wide its points are. Times are in milliseconds.

/** A metric that has not been seen for longer is gone, as Prometheus has it. */
const STALE = 5 * 60_000

/** `${window}` is put in as `300s`; Datadog writes seconds as plain numbers, and as arguments only. */
export function plainSeconds(query: string): string {
  return query.replaceAll(/(?<=[(,]\s*)(\d+)s(?=\s*[,)])/g, '$1')
}

/** What its rollups make of the points; undefined where Datadog chooses by the range that is asked for. */
export function rollupOf(query: string): number | undefined {
  const widths = [...query.matchAll(/\.rollup\(\s*(?:\w+\s*,\s*)?(\d+)\s*\)/g)].map(
    ([, seconds]) => Number(seconds) * 1000,
  )
  const widest = Math.max(0, ...widths)
  return widest === 0 ? undefined : widest
}

export interface Range {
  from: number
  to: number
  /** A last point from before this moment says nothing about the end. */
  since: number
}

/** The last whole point must lie in it, and begin in it: half of one is less than what was. */
export function rangeOf(end: number, history: number, rollup: number | undefined): Range {
  const back = Math.max(STALE, 3 * (rollup ?? 0))
  const grid = rollup ?? 1000
  const from = Math.floor((end - history - back) / grid) * grid
  return { from, to: end, since: end - back }
}
