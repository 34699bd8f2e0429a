import { hostname } from 'node:os'

import { seriesKey } from '../core/conditions/series.ts'
import type { ReadDoor } from '../core/doors.ts'
import type { Captured, Measurement, Sample } from '../core/source.ts'
import type { Capture } from '../core/model.ts'
import { unboundReason } from '../core/plan/bind.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { RunEvent } from '../core/run/events.ts'
import { bindOptions } from './bind-options.ts'
import type { Carrier } from './carrier.ts'
import { noAnswer, readingWithin } from './in-time.ts'
import { loadSource } from './load-action.ts'
import { describeMeasurement } from './measure.ts'

/** A rollback waits no longer than this for its evidence, in milliseconds. */
const LIMIT = 10_000
/** What is asked has less: a program that does not heed SIGTERM is killed, and what it has said is there in time. */
const ASKED_FOR = 6500
/** Bytes kept of each. */
const KEPT = 256 * 1024
/** Between two points of a history, in milliseconds. */
const EVERY = 15_000

type Event = Extract<RunEvent, { type: 'captured' }>

/** Keeps what the plan wants kept, all at once. What cannot be kept is on record, and holds nobody up. */
export async function captureAll(carrier: Carrier): Promise<void> {
  carrier.news(`keeping evidence, for ${LIMIT / 1000} s at most`)
  const found = await Promise.all((carrier.plan.capture ?? []).map((one) => readOne(carrier, one)))
  for (const { event, text } of found) {
    // What is not on record is not kept either: nobody would know of it.
    if (carrier.interrupted()) return
    await (text === undefined ? carrier.append(event) : keepOne(carrier, event, text))
  }
}

interface Found {
  event: Event
  /** Absent where nothing can be kept. */
  text?: string
}

async function keepOne(carrier: Carrier, event: Event, text: string): Promise<void> {
  try {
    await carrier.keep(`captured.${event.capture}.txt`, text, (file) => ({ ...event, file }))
  } catch (error) {
    await carrier.append({ ...event, bytes: 0, dropped: 0, why: sentenceOf(error) })
  }
}

async function readOne(carrier: Carrier, capture: Capture): Promise<Found> {
  const event: Event = { type: 'captured', capture: capture.id, host: hostname(), bytes: 0, dropped: 0 }
  try {
    const unbound = unboundReason(carrier.plan, capture.with)
    if (unbound !== undefined) return { event: { ...event, why: unbound } }
    const answer = await readingWithin(
      LIMIT,
      carrier.session.read,
      (door) => Promise.all([asked(carrier, capture, door), requireSecrets(carrier)]),
      undefined,
      ASKED_FOR,
    )
    if (answer === undefined) return { event: { ...event, why: noAnswer(LIMIT) } }
    const [{ text, dropped, note }] = answer
    // Secrets first: what is cut afterwards cannot be cut within one.
    const clean = Buffer.from(carrier.session.redact(text))
    const kept = clean.subarray(0, KEPT)
    const lengths = { bytes: kept.length, dropped: dropped + clean.length - kept.length }
    return { event: { ...event, ...lengths, why: note }, text: new TextDecoder().decode(kept) }
  } catch (error) {
    return { event: { ...event, why: sentenceOf(error) } }
  }
}

async function asked({ plan, secrets }: Carrier, capture: Capture, read: ReadDoor): Promise<Captured> {
  const source = await loadSource(capture.source)
  const options = await bindOptions(plan, secrets, source.options, capture.with)
  if (source.capture !== undefined) return source.capture(options, read, KEPT)
  const period = capture.over === undefined ? {} : { history: capture.over, every: EVERY }
  return { text: samplesText(await source.measure(options, read, period)), dropped: 0 }
}

/** A log may tell a secret that only a later step would read: what is not known cannot be taken out. */
async function requireSecrets({ plan, secrets }: Carrier): Promise<void> {
  await Promise.all(
    Object.keys(plan.secrets).map(async (name) => {
      try {
        await secrets.value(name)
      } catch (error) {
        throw new Problem({
          code: 'capture-unsafe',
          message: `it might hold the secret "${name}", which cannot be read here`,
          found: sentenceOf(error),
          cause: error,
        })
      }
    }),
  )
}

/** One sample a line, the last one first: when, and what; each of several series below its labels. */
function samplesText(measurement: Measurement): string {
  if (measurement.kind === 'series')
    return measurement.series
      .map(({ labels, samples }) => `${seriesKey(labels)}\n${linesOf(samples)}`)
      .join('\n')
  return measurement.kind === 'samples'
    ? linesOf(measurement.samples)
    : `${describeMeasurement(measurement)}\n`
}

function linesOf(samples: readonly Sample[]): string {
  return samples
    .toReversed()
    .map(({ at, value, failing }) => {
      const what = failing === undefined ? JSON.stringify(value) : `failing: ${failing}`
      return `${new Date(at).toISOString()} ${what}\n`
    })
    .join('')
}
