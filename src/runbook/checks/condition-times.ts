import { thenWithin } from '../../core/conditions/over-time.ts'
import { EVERY, spanOf } from '../../core/conditions/span.ts'
import { formatDuration, parseDuration, writtenDuration } from '../../core/duration.ts'
import { DEFAULT_WITHIN } from '../../core/model.ts'
import { asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { sourceKeys } from '../sources.ts'

// Times that a condition needs, before its schema has looked at it.

/** How much time a condition has to see before it can hold, in milliseconds. */
export function spanIn(
  { signal, every, passing, failing, ...said }: Record<string, unknown>,
  signals: Record<string, unknown>,
): number {
  const shares = [passing, failing].map(asMap)
  const longest = (...values: unknown[]): number => Math.max(0, ...values.map((value) => timeOf(value) ?? 0))
  const most = (...values: unknown[]): number =>
    Math.max(1, ...values.map((value) => Number(value ?? 1) || 1))
  const wanted = most(
    said.in_a_row,
    said.samples,
    ...shares.flatMap(({ in_a_row, count, more_than }) => [in_a_row, count, Number(more_than) + 1]),
  )
  const pace = paceOf({ signal, every }, signals)
  const over = longest(asMap(said.change).over)
  return spanOf(
    {
      for: longest(said.for, said.failing_for),
      absent_for: longest(said.absent_for),
      unchanged_for: longest(said.unchanged_for),
      change: { over: over - thenWithin(over, pace ?? EVERY) },
      in_a_row: Math.ceil(wanted / samplesAtOnce(asMap(signals[String(signal)]))),
    },
    pace,
  )
}

/** `requests: 5` gives five samples for one measurement; as a time at some rank it gives one. */
export function samplesAtOnce(signal: Record<string, unknown>): number {
  const [source = ''] = sourceKeys(signal)
  const { requests, response_time } = asMap(signal[source])
  return typeof requests === 'number' && requests > 0 && typeof response_time !== 'string' ? requests : 1
}

/** What is to be proven is sampled from the change on: what has to last as long as there is time for is never seen. */
export function checkTimeToHold(
  condition: Record<string, unknown>,
  at: Path,
  { signals, within }: { signals: Record<string, unknown>; within: unknown },
  report: Report,
): void {
  const given = timeOf(condition.within ?? within) ?? DEFAULT_WITHIN
  const span = spanIn(condition, signals)
  // What is no time is told by the schema.
  if (given === 0 || span === 0 || span < given) return
  report.value(at, {
    code: 'within-too-short',
    message: `it has to see ${formatDuration(span)} before it can hold, and has ${formatDuration(given)}: it could never hold`,
    cure: `within: ${writtenDuration(span + given)}, or a condition that takes less`,
  })
}

/** So many are not sampled in that time, whatever happens. */
export function checkCount(
  condition: Record<string, unknown>,
  at: Path,
  signals: Record<string, unknown>,
  report: Report,
): void {
  for (const key of ['passing', 'failing']) {
    const { count, more_than, within } = asMap(condition[key])
    const time = timeOf(within)
    const wanted = typeof more_than === 'number' ? more_than + 1 : count
    if (time === undefined || time === 0 || typeof wanted !== 'number') continue
    const every = paceOf(condition, signals) ?? EVERY
    const most = Math.ceil(time / every) * samplesAtOnce(asMap(signals[String(condition.signal)]))
    if (wanted <= most) continue
    report.value([...at, key], {
      code: 'count-too-high',
      message: `${key}: in ${formatDuration(time)} there are ${most} samples at most, one in ${formatDuration(every)}: ${wanted} of them there never are`,
      cure: 'a longer within, a shorter every, or fewer',
    })
  }
}

/** Between one sample and the next nothing is known to have changed. */
export function checkChange(
  { change, ...condition }: Record<string, unknown>,
  at: Path,
  signals: Record<string, unknown>,
  report: Report,
): void {
  const over = timeOf(asMap(change).over)
  const every = paceOf(condition, signals) ?? EVERY
  if (over === undefined || over === 0 || over >= every) return
  report.value([...at, 'change', 'over'], {
    code: 'change-too-short',
    message: `over: ${formatDuration(over)} is less than the ${formatDuration(every)} from one sample to the next: what it was then would never be known`,
    cure: `over: ${writtenDuration(every)} or more, or a shorter every`,
  })
}

/** Milliseconds from one sample to the next, where that is said. */
function paceOf(
  { signal, every }: Record<string, unknown>,
  signals: Record<string, unknown>,
): number | undefined {
  return [every, asMap(signals[String(signal)]).every].map(timeOf).find((one) => one !== undefined)
}

export function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined
}
