import type { Sample } from '../source.ts'
import { formatDuration } from '../duration.ts'
import type { Condition } from '../model.ts'
import { GAP, type Judgement, type Judging, type JudgingAll, NOT_MEASURED, sampledOver } from './judgement.ts'
import { boundOf, limitWords } from './limit.ts'
import type { Taken } from './moments.ts'
import { valueWords } from './sample.ts'

// What no single sample says: that there is none any more, and which way it goes.

/** `absent_for`: the measuring system answers, and has had nothing to say for so long. */
export function judgeAbsence(wanted: number, taken: readonly Taken[], { now, every }: JudgingAll): Judgement {
  const last = lastSample(taken)
  if (last !== undefined && now - last.at < wanted)
    return { verdict: 'fails', words: `data ${formatDuration(now - last.at)} ago`, final: false }
  const since = silentSince(taken, last?.at ?? -Infinity, GAP * every)
  if (since === undefined)
    return { ...NOT_MEASURED, words: taken.at(-1) === undefined ? NOT_MEASURED.words : UNASKED }
  const lasted = now - since
  const words =
    lasted === 0
      ? `no data so far; that has to last ${formatDuration(wanted)}`
      : `no data for ${formatDuration(Math.min(lasted, wanted))} of ${formatDuration(wanted)}`
  if (lasted >= wanted) return { verdict: 'holds', words, since, final: false }
  return { verdict: 'unknown', words, since, final: false, knownAfter: sampledOver(wanted, every) }
}

const UNASKED = 'whether there is data is not known: the measuring system did not answer'

/** Since when it has been asked without a gap, and has answered that there is nothing. */
function silentSince(taken: readonly Taken[], lastData: number, longest: number): number | undefined {
  let since: number | undefined
  for (const { at, measurement } of taken.toReversed()) {
    if (measurement.kind === 'unreachable' || (since !== undefined && since - at > longest)) break
    since = Math.max(lastData, Math.min(since ?? at, measurement.from ?? at))
    if (since === lastData) break
  }
  return since
}

/** `change`: the difference between the last sample and so long before it. */
export function judgeChange(
  { over, above, below }: NonNullable<Condition['change']>,
  last: Sample,
  taken: readonly Taken[],
  { unit, baseline, floor, every }: Judging,
): Judgement {
  const unknown = (words: string): Judgement => ({ verdict: 'unknown', words, final: false })
  if (typeof last.value !== 'number')
    return unknown(last.failing ?? `${JSON.stringify(last.value)} is not a number`)
  const then = nearestTo(last.at - over, samplesOf(taken), thenWithin(over, every))
  if (then === undefined || typeof then.value !== 'number')
    return {
      ...unknown(`what it was ${formatDuration(over)} ago is not known`),
      knownAfter: sampledOver(over, every),
    }
  const limit = above ?? below ?? 0
  const bound = boundOf(unit, limit, baseline, floor)
  if (typeof bound === 'object') return unknown(bound.unknown)
  const difference = last.value - then.value
  if (Number.isNaN(difference)) return unknown('what is without end has no difference to what is')
  const holds = above === undefined ? difference < bound : difference > bound
  const words = `was ${valueWords(then.value, unit)}, is ${valueWords(last.value, unit)}, ${holds ? '' : 'not '}changed by ${above === undefined ? 'less' : 'more'} than ${limitWords(limit)}`
  return { verdict: holds ? 'holds' : 'fails', words, final: false }
}

/**
 * How far from then a sample may be, in milliseconds. Nearer to what it is now than to what it was then, it would tell of
 * another time, or be compared with itself.
 */
export function thenWithin(over: number, every: number): number {
  return Math.min(GAP * every, over / 2)
}

/** The number that was measured nearest to a moment, and not further from it than so many milliseconds. */
function nearestTo(moment: number, samples: readonly Sample[], furthest: number): Sample | undefined {
  const distance = ({ at }: Sample): number => Math.abs(moment - at)
  return samples
    .filter((one) => typeof one.value === 'number' && distance(one) <= furthest)
    .reduce<Sample | undefined>(
      (nearest, one) => (nearest === undefined || distance(one) < distance(nearest) ? one : nearest),
      undefined,
    )
}

/** The newest by its own time, whenever it was read. */
export function lastSample(taken: readonly Taken[]): Sample | undefined {
  return samplesOf(taken).reduce<Sample | undefined>(
    (last, one) => (last === undefined || one.at >= last.at ? one : last),
    undefined,
  )
}

function samplesOf(taken: readonly Taken[]): Sample[] {
  return taken.flatMap(({ measurement }) => {
    if (measurement.kind === 'samples') return measurement.samples
    return measurement.kind === 'series' ? measurement.series.flatMap(({ samples }) => samples) : []
  })
}
