import type { SampleValue } from './source.ts'
import { printable } from './printable.ts'

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/
/** Seconds since 1970: from 2001 on, and before they would be milliseconds. */
const [EARLIEST, LATEST] = [1e9, 1e11]
/** Clocks differ. */
const AHEAD = 60_000

/** A moment as a service or a measuring system tells it, in milliseconds since the epoch; or why it is none. */
export function momentOf(value: SampleValue, now: number): number | { unknown: string } {
  const at = read(value)
  if (at === undefined)
    return {
      unknown: `${printable(JSON.stringify(value), 60)} is no time: 2026-11-26T02:38:00Z, or seconds since 1970, are`,
    }
  return at <= now + AHEAD ? at : { unknown: `${new Date(at).toISOString()} lies ahead` }
}

function read(value: SampleValue): number | undefined {
  if (typeof value === 'string' && ISO.test(value)) {
    const at = Date.parse(value.replace(' ', 'T'))
    return Number.isNaN(at) ? undefined : at
  }
  const seconds = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && seconds >= EARLIEST && seconds < LATEST
    ? Math.round(seconds * 1000)
    : undefined
}
