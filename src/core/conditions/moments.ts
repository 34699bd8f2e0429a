import type { Measurement } from '../source.ts'
import { formatDuration } from '../duration.ts'
import type { Condition, Silence } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { judgeSample, type Measure } from './sample.ts'

/** A measurement, and when it was made, in milliseconds since the epoch. */
export interface Taken {
  at: number
  measurement: Measurement
}

/** What a condition says of one moment. */
export interface Moment {
  at: number
  verdict: Judged
  words: string
}

/** Whether a condition speaks of what is feared (a trigger) or of what is demanded (verify). */
export type Speaks = 'of-breach' | 'of-health'

/**
 * Every sample, judged, oldest first. Of two that say the same moment the one that was measured later counts: clocks step,
 * and a series is read again and again.
 */
export function momentsOf(
  condition: Condition,
  taken: readonly Taken[],
  measure: Measure & { longestGap: number },
  speaks: Speaks,
): Moment[] {
  const moments = new Map<number, Moment>()
  for (const one of taken) {
    for (const moment of momentsIn(condition, one.at, one.measurement, measure, speaks))
      moments.set(moment.at, moment)
    for (const moment of endedEarly(condition, one, measure.longestGap, speaks))
      moments.set(moment.at, moment)
  }
  return [...moments.values()].sort((a, b) => a.at - b.at)
}

function momentsIn(
  condition: Condition,
  at: number,
  measurement: Measurement,
  measure: Measure,
  speaks: Speaks,
): Moment[] {
  if (measurement.kind === 'unreachable') return silent(at, measurement.why, condition.on_error, speaks)
  if (measurement.kind === 'no-data')
    return silent(at, `no data: ${measurement.why}`, condition.no_data, speaks)
  // Series are judged apart before: see series.ts.
  if (measurement.kind === 'series') return []
  if (measurement.samples.length === 0) return silent(at, 'no data', condition.no_data, speaks)
  return measurement.samples.map((sample) => ({ at: sample.at, ...judgeSample(condition, sample, measure) }))
}

/** A history that ends before now: what was well then does not pass for well now. */
function endedEarly(
  condition: Condition,
  { at, measurement }: Taken,
  longestGap: number,
  speaks: Speaks,
): Moment[] {
  if (measurement.kind !== 'samples' || measurement.from === undefined) return []
  // Of a hundred thousand points: too many to be arguments.
  const last = measurement.samples.reduce((latest, { at: moment }) => Math.max(latest, moment), -Infinity)
  if (!(at - last > longestGap)) return []
  return silent(at, `no data for ${formatDuration(at - last)}`, condition.no_data, speaks)
}

function silent(at: number, words: string, meaning: Silence = 'unknown', speaks: Speaks): Moment[] {
  if (meaning === 'ignore') return []
  if (meaning === 'unknown') return [{ at, verdict: 'unknown', words }]
  return [{ at, verdict: speaks === 'of-breach' ? 'holds' : 'fails', words }]
}
