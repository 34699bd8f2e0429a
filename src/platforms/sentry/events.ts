import * as z from 'zod/mini'

import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement } from '../../core/source.ts'
import { formatDuration } from '../../core/duration.ts'
import { otherAnswer } from '../http/ask-json.ts'
import { repeated } from '../repeated.ts'
import { askSentry, NOT_ITS_OWN, scopeOf } from './ask.ts'
import type { SentryOptions } from './options.ts'
import { bucketFor, sumsOf } from './windows.ts'

const COUNT = 'count()'
const NO_PROJECT = 'the token sees no project of these'

const table = z.object({ data: z.array(z.object({ [COUNT]: z.number() })) })

const chart = z.object({
  timeSeries: z.array(
    z.object({
      values: z.array(z.object({ timestamp: z.number(), value: z.number() })),
      meta: z.object({ interval: z.number() }),
    }),
  ),
})

/** How many there were in the time before now. */
export async function eventsNow(options: SentryOptions, end: number, read: ReadDoor): Promise<Measurement> {
  const query: [string, string][] = [
    ['dataset', 'errors'],
    ['field', COUNT],
    ['query', options.events ?? ''],
  ]
  const scope = scopeOf(options, end - options.within, end)
  const asked = await askSentry(options, 'events', [...query, ...scope], read)
  if ('why' in asked) return { kind: 'unreachable', why: asked.why }
  const found = table.safeParse(asked.json)
  if (!found.success) return { kind: 'unreachable', why: otherAnswer(asked.response, NOT_ITS_OWN) }
  const [row] = found.data.data
  if (row === undefined) return { kind: 'no-data', why: NO_PROJECT }
  return { kind: 'samples', samples: [{ at: end, value: row[COUNT] }] }
}

/** The same for many moments: the sums of small buckets, as many as make up the time. */
export async function eventsBefore(
  options: SentryOptions,
  end: number,
  { history, every }: { history: number; every: number },
  read: ReadDoor,
): Promise<Measurement> {
  const { within, events = '' } = options
  const bucket = bucketFor(within, every, history)
  // Buckets lie on a grid: half of the first one would be a whole one with less in it.
  const to = Math.floor(end / bucket) * bucket
  const from = Math.floor((end - history - within) / bucket) * bucket
  const query: [string, string][] = [
    ['dataset', 'errors'],
    ['yAxis', COUNT],
    ['interval', String(bucket / 1000)],
    ['query', events],
  ]
  const asked = await askSentry(options, 'events-timeseries', [...query, ...scopeOf(options, from, to)], read)
  if ('why' in asked) return { kind: 'unreachable', why: asked.why }
  const found = chart.safeParse(asked.json)
  if (!found.success) return { kind: 'unreachable', why: otherAnswer(asked.response, NOT_ITS_OWN) }
  const [series] = found.data.timeSeries
  if (series === undefined) return { kind: 'no-data', why: NO_PROJECT }
  // It chooses another width where it does not like ours.
  const { interval } = series.meta
  if (!(interval > 0) || within % interval !== 0)
    return {
      kind: 'unreachable',
      why: `it counts in steps of ${formatDuration(interval)}, which do not make up ${formatDuration(within)}`,
    }
  const sums = sumsOf(series.values, within / interval, interval).filter(({ at }) => at >= from && at <= end)
  if (sums.length === 0)
    return { kind: 'no-data', why: 'it has counted nothing for so long', from: end - history }
  return { kind: 'samples', samples: repeated(sums, interval, every, { from, to: end }), from: end - history }
}
