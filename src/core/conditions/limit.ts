import { parseDuration } from '../duration.ts'
import type { Baseline, Limit, SignalDef } from '../model.ts'

/** A limit as a number in the signal's unit: `1%` of a ratio is 0.01, `1.5s` of milliseconds 1500; undefined when they do not fit. */
export function limitIn(unit: SignalDef['unit'], limit: string | number): number | undefined {
  if (typeof limit === 'number') return Number.isNaN(limit) ? undefined : limit
  const percent = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(limit)
  if (percent !== null) {
    if (unit === 'ratio') return Number(percent[1]) / 100
    return unit === 'percent' ? Number(percent[1]) : undefined
  }
  const milliseconds = parseDuration(limit)
  if (milliseconds !== undefined) {
    if (unit === 'ms') return milliseconds
    return unit === 's' ? milliseconds / 1000 : undefined
  }
  const plain = Number(limit)
  return limit.trim() === '' || !Number.isFinite(plain) ? undefined : plain
}

/** What is usual, in the signal's unit; or why that is not known. */
export type Usual = number | { unknown: string } | undefined

/** What a limit comes to, in the signal's unit; or why that is not known. */
export function boundOf(
  unit: SignalDef['unit'],
  limit: Limit,
  baseline: Usual,
  floor: Baseline['floor'],
): number | { unknown: string } {
  if (typeof limit !== 'object')
    return limitIn(unit, limit) ?? { unknown: `the limit ${limit} does not fit the unit ${unit ?? 'none'}` }
  if (baseline === undefined) return { unknown: 'its baseline is not known' }
  if (typeof baseline === 'object') return { unknown: `its baseline is not known: ${baseline.unknown}` }
  // Five times nothing is nothing: below the floor nothing is worth a rollback.
  const least = floor === undefined ? undefined : limitIn(unit, floor)
  // 1.5 × 0.2 is 0.3, not 0.30000000000000004: at the limit is at the limit.
  return Number((limit.times * Math.max(baseline, least ?? -Infinity)).toPrecision(12))
}

/** `10%`, `5 × baseline`. */
export function limitWords(limit: Limit): string {
  return typeof limit === 'object' ? `${limit.times} × baseline` : String(limit)
}
