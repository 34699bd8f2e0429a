/** The last moment that a date can hold: two times of an edited plan may lead beyond it. */
const LAST = 8.64e15

/** ISO 8601, UTC, of milliseconds since the epoch. */
export function isoTime(at: number): string
export function isoTime(at: number | undefined): string | undefined
export function isoTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(Math.min(at, LAST)).toISOString()
}

/** `2026-11-26T02:38:00Z`: for people, who do not ask for milliseconds. */
export function toTheSecond(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
