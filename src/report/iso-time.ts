/** The last moment that a date can hold: two times of an edited plan may lead beyond it. */
const LAST = 8.64e15

/** ISO 8601, UTC, of milliseconds since the epoch. */
export function isoTime(at: number): string
export function isoTime(at: number | undefined): string | undefined
export function isoTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(Math.min(at, LAST)).toISOString()
}
