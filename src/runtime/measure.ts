import type { Measurement, Period, ReadDoor } from '../core/contract.ts'
import type { SignalDef } from '../core/model.ts'
import type { LiveVersion } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { withWindow } from '../core/window.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { loadSource } from './load-action.ts'
import type { Secrets } from './secrets.ts'
import { isVersionName, resolveTarget } from './target.ts'

/** Measures one signal, once. What goes wrong on the way is a measurement too: unreachable, with the reason. */
export async function measure(
  ground: BindingGround,
  secrets: Secrets,
  signal: SignalDef,
  read: ReadDoor,
  period?: Period,
): Promise<Measurement> {
  try {
    const source = await loadSource(signal.source)
    const options = withWindow(signal.with, signal.window)
    return await source.measure(await bindOptions(ground, secrets, source.options, options), read, period)
  } catch (error) {
    if (error instanceof Problem) return { kind: 'unreachable', why: sentenceOf(error) }
    throw error
  }
}

/** What is asked gives up before we do: an endpoint that hangs is a failing sample, and not one that nobody waited for. */
const SOONER = 0.9

/** The same, but not longer than so many milliseconds: nobody waits for a sample when everything is burning. */
export async function measureWithin(
  limit: number,
  ground: BindingGround,
  secrets: Secrets,
  signal: SignalDef,
  read: ReadDoor,
  period?: Period,
): Promise<Measurement> {
  const measured = await readingWithin(read, (door) => measure(ground, secrets, signal, door, period), limit)
  return measured ?? { kind: 'unreachable', why: `no answer within ${limit / 1000} s` }
}

/** Nobody waits longer for one sample, in milliseconds. */
export const SAMPLE_LIMIT = 5000

/** Nothing where it takes longer than so many milliseconds. */
export async function readingWithin<T>(
  read: ReadDoor,
  reading: (read: ReadDoor) => Promise<T>,
  limit = SAMPLE_LIMIT,
): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), limit)
  try {
    return await Promise.race([reading(limited(read, limit * SOONER)), late])
  } finally {
    clearTimeout(timer)
  }
}

/** What is asked through it ends in time too: no smoke test goes on in the background of a rollback. */
export function limited(read: ReadDoor, limit: number): ReadDoor {
  const sooner = <Request extends { timeout?: number | undefined }>(request: Request): Request => ({
    ...request,
    timeout: Math.min(request.timeout ?? limit, limit),
  })
  return {
    ...read,
    http: (request) => read.http(sooner(request)),
    look: (command) => read.look(sooner(command)),
  }
}

/** For samples that nobody waits for: a defect in a source must neither be lost nor pass for a value. */
export async function orUnreachable(measuring: Promise<Measurement>): Promise<Measurement> {
  try {
    return await measuring
  } catch (error) {
    return { kind: 'unreachable', why: sentenceOf(error) }
  }
}

/** One line for people: the value, or why there is none. */
export function describeMeasurement(measurement: Measurement): string {
  if (measurement.kind === 'no-data') return `no data: ${measurement.why}`
  if (measurement.kind === 'unreachable') return `unknown: ${measurement.why}`
  if (measurement.kind === 'series') return `${measurement.series.length} series`
  const last = measurement.samples.at(-1)
  if (last === undefined) return 'no data'
  if (last.failing !== undefined) return `failing: ${last.failing}`
  return typeof last.value === 'string' ? last.value : JSON.stringify(last.value)
}

/** The version that a sample of the live endpoint names; a dead service is evidence. */
export function liveOf(measurement: Measurement): LiveVersion {
  const text = textOf(measurement)
  if (text === undefined) return { unknown: describeMeasurement(measurement) }
  if (!isVersionName(text))
    return {
      unknown: `it reports ${JSON.stringify(text.slice(0, 80))}, which cannot be the name of a version`,
    }
  return { release: resolveTarget(text, []) }
}

/** The text value of the last sample, when there is a passing one. */
export function textOf(measurement: Measurement): string | undefined {
  const last = measurement.kind === 'samples' ? measurement.samples.at(-1) : undefined
  if (last === undefined || last.failing !== undefined || last.value === null) return undefined
  return String(last.value)
}
