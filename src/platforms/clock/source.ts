import * as z from 'zod/mini'

import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Source } from '../../core/source.ts'
import { described } from '../options.ts'
import { localTime } from './local-time.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const timeOfDay = () =>
  z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day: write it as 02:00'))

const windowOptions = z
  .strictObject({
    zone: described(
      z.string().check(z.refine(isZone, 'is not a time zone: write an IANA name, such as Europe/Berlin')),
      'an IANA time zone',
    ),
    days: described(
      z.optional(z.array(z.enum(DAYS)).check(z.minLength(1))),
      'days on which the window begins; default every day',
    ),
    from: described(timeOfDay(), 'included'),
    to: described(timeOfDay(), 'not included; earlier than from: on the next day'),
  })
  .check(z.refine(({ from, to }) => from !== to, 'from and to are the same time'))

type WindowOptions = z.output<typeof windowOptions>

/** Passes within the window and fails outside of it: for `unless`. */
export const clock: Source<WindowOptions> = {
  summary: 'Whether it is between two times of the day, in a time zone: a maintenance window',
  options: windowOptions,
  measure,
}

async function measure(options: WindowOptions, read: ReadDoor): Promise<Measurement> {
  const at = read.now()
  const { day, time } = localTime(at, options.zone)
  const { zone, from, to } = options
  const value = `${DAYS[day]} ${time} in ${zone}`
  const failing = isWithin(options, day, time) ? {} : { failing: `${value}, not in ${from} to ${to}` }
  return { kind: 'samples', samples: [{ at, value, ...failing }] }
}

/** `day`: 0 is Monday. */
function isWithin({ days = [...DAYS], from, to }: WindowOptions, day: number, time: string): boolean {
  const beginsOn = (index: number): boolean => days.some((name) => DAYS.indexOf(name) === index)
  if (from < to) return beginsOn(day) && time >= from && time < to
  // Over midnight: it began today, or yesterday.
  return (beginsOn(day) && time >= from) || (beginsOn((day + 6) % 7) && time < to)
}

function isZone(zone: string): boolean {
  try {
    localTime(0, zone)
    return true
  } catch {
    return false
  }
}
