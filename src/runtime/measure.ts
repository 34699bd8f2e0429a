import type { Measurement, Period, ReadDoor } from '../core/contract.ts'
import type { SignalDef } from '../core/model.ts'
import type { LiveVersion } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { withWindow } from '../core/window.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { noAnswer, readingWithin, SAMPLE_LIMIT } from './in-time.ts'
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

/** The same, in time: nobody waits for a sample when everything is burning. */
export function measureInTime(
  ground: BindingGround,
  secrets: Secrets,
  signal: SignalDef,
  read: ReadDoor,
  period?: Period,
): Promise<Measurement> {
  const late: Measurement = { kind: 'unreachable', why: noAnswer(SAMPLE_LIMIT) }
  return readingWithin(SAMPLE_LIMIT, read, (door) => measure(ground, secrets, signal, door, period), late)
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
