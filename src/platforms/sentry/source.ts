import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Period, Source } from '../../core/source.ts'
import { eventsBefore, eventsNow } from './events.ts'
import { issuesNow } from './issues.ts'
import { sentryOptions, type SentryOptions } from './options.ts'

const EVERY = 15_000

/** https://docs.sentry.io/api/explore/ and https://docs.sentry.io/api/events/list-an-organizations-issues/ */
export const sentry: Source<SentryOptions> = {
  summary: 'Count errors, now and how it was before; or count issues',
  options: sentryOptions,
  keepsHistory: true,
  measure,
}

async function measure(
  options: SentryOptions,
  read: ReadDoor,
  { history, every = EVERY, offset = 0 }: Period = {},
): Promise<Measurement> {
  const end = Math.floor((read.now() - offset) / 1000) * 1000
  if (options.issues !== undefined) return issuesNow(options, end, read)
  return history === undefined
    ? eventsNow(options, end, read)
    : eventsBefore(options, end, { history, every }, read)
}
