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
    for (const moment of momentsIn(condition, one, measure, speaks)) moments.set(moment.at, moment)
    for (const moment of endedEarly(condition, one, measure.longestGap, speaks))
      moments.set(moment.at, moment)
  }
  return [...moments.values()].sort((a, b) => a.at - b.at)
}

function momentsIn(condition: Condition, one: Taken, measure: Measure, speaks: Speaks): Moment[] {
  const { measurement } = one
  // Series are judged apart before: see series.ts.
  if (measurement.kind === 'series') return []
  if (measurement.kind !== 'samples' || measurement.samples.length === 0)
    return silentIn(condition, one, speaks)
  return measurement.samples.map((sample) => ({ at: sample.at, ...judgeSample(condition, sample, measure) }))
}

function silentIn(condition: Condition, { at, measurement }: Taken, speaks: Speaks): Moment[] {
  if (measurement.kind === 'unreachable') return silent(at, measurement.why, condition.on_error, speaks)
  const why = measurement.kind === 'no-data' ? `no data: ${measurement.why}` : 'no data'
  return silent(at, why, condition.no_data, speaks)
}

/**
 * What the silence at the end means, where there is one: the last that was asked gave no sample, or a history that ends
 * before now.
 */
export function silenceAtEnd(
  condition: Condition,
  taken: readonly Taken[],
  { longestGap, speaks }: { longestGap: number; speaks: Speaks },
): Moment | undefined {
  for (const one of taken.toReversed()) {
    const { measurement } = one
    const isSilent = measurement.kind !== 'samples' || measurement.samples.length === 0
    if (!isSilent) return endedEarly(condition, one, longestGap, speaks)[0]
    const [moment] = silentIn(condition, one, speaks)
    // What is to be ignored is as if it had not been asked.
    if (moment !== undefined) return moment
  }
  return undefined
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
