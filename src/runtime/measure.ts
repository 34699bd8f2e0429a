import { valueWords } from '../core/conditions/sample.ts'
import type { ReadDoor } from '../core/doors.ts'
import type { Measurement, Period, SampledSeries, SampleValue } from '../core/source.ts'
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

/** One line for people: the value in the unit of its signal, or why there is none. */
export function describeMeasurement(measurement: Measurement, unit?: SignalDef['unit']): string {
  if (measurement.kind === 'no-data') return `no data: ${measurement.why}`
  if (measurement.kind === 'unreachable') return `unknown: ${measurement.why}`
  if (measurement.kind === 'series') return describeSeries(measurement.series, unit)
  const last = measurement.samples.at(-1)
  if (last === undefined) return 'no data'
  return last.failing === undefined ? sampleWords(last.value, unit) : `failing: ${last.failing}`
}

/** How many there are, and between which of their last values all are. */
function describeSeries(series: readonly SampledSeries[], unit: SignalDef['unit']): string {
  const values = series
    .flatMap(({ samples }) => samples.at(-1)?.value ?? [])
    .filter((value) => typeof value === 'number')
    .toSorted((a, b) => a - b)
  const [least, most] = [values[0], values.at(-1)]
  if (least === undefined || most === undefined) return `${series.length} series without data`
  const range =
    least === most ? sampleWords(least, unit) : `${sampleWords(least, unit)} to ${sampleWords(most, unit)}`
  return `${series.length} series, ${range}`
}

/** Without a unit a number may be anything, such as a time or the number of a build: it is told as it is. */
function sampleWords(value: SampleValue, unit: SignalDef['unit']): string {
  if (typeof value === 'number' && unit !== undefined) return valueWords(value, unit)
  return typeof value === 'string' ? value : JSON.stringify(value)
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
