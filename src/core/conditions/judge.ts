import { formatDuration } from '../duration.ts'
import type { Condition } from '../model.ts'
import {
  type Baselines,
  GAP,
  isBySeries,
  type Judgement,
  type Judging,
  type JudgingAll,
  NOT_MEASURED,
  sampledOver,
} from './judgement.ts'
import type { Usual } from './limit.ts'
import { judgeAbsence, judgeChange, lastSample } from './over-time.ts'
import { type Moment, momentsOf, silenceAtEnd, type Taken } from './moments.ts'
import { judgedApart, judgeSeries, type SeriesJudged, togetherOf, worstFirst } from './series.ts'

// One judge for every condition, of triggers, guards, verify and bake: holds, fails or unknown. No data is never success.

/** Judges a condition over all measurements taken for it. */
export function judge(condition: Condition, taken: readonly Taken[], judging: JudgingAll): Judgement {
  const judged = { ...judgeAll(condition, taken, judging), valueless: isValueless(condition, taken) }
  if (condition.window === undefined) return judged
  return { ...judged, words: `over ${formatDuration(condition.window)}: ${judged.words}` }
}

/** Whether a probe passes, and whether there is data, is known without a value. */
function isValueless(
  { passing, absent_for, no_data, on_error }: Condition,
  taken: readonly Taken[],
): true | undefined {
  if (absent_for !== undefined) return undefined
  const ignored = { 'no-data': no_data, unreachable: on_error, samples: undefined, series: undefined }
  const last = taken.findLast(({ measurement }) => ignored[measurement.kind] !== 'ignore')?.measurement
  if (last === undefined || last.kind === 'no-data' || last.kind === 'unreachable') return true
  if (last.kind === 'series' || passing !== undefined) return undefined
  return last.samples.at(-1)?.failing === undefined ? undefined : true
}

function judgeAll(condition: Condition, taken: readonly Taken[], judging: JudgingAll): Judgement {
  // That nothing is measured any more is said of the signal: which series there were, nobody knows for longer.
  if (condition.absent_for !== undefined) return judgeAbsence(condition.absent_for, taken, judging)
  const together = togetherOf(taken)
  if (together !== undefined)
    return judgeSeries(condition.series ?? together, condition, taken, judging, judgeOne)
  return judgeOne(condition, taken, { ...judging, baseline: theOnly(judging.baseline) })
}

/** Each series by itself, where the signal has several, and what is worst first. */
export function judgeEachSeries(
  condition: Condition,
  taken: readonly Taken[],
  judging: JudgingAll,
): SeriesJudged[] {
  if (condition.absent_for !== undefined || togetherOf(taken) === undefined) return []
  return worstFirst(condition, judgedApart(condition, taken, judging, judgeOne))
}

/** Of a signal that has no series now. */
export function theOnly(baseline: Baselines): Usual {
  return isBySeries(baseline) ? { unknown: 'there were several series then' } : baseline
}

function judgeOne(condition: Condition, taken: readonly Taken[], judging: Judging): Judgement {
  const { unchanged_for, change } = condition
  const last = lastSample(taken)
  // Where nothing was ever measured, what its silence means is all there is to be judged.
  if (last !== undefined && change !== undefined) {
    const silence = silenceAtEnd(condition, taken, { ...judging, longestGap: GAP * judging.every })
    return silence === undefined
      ? judgeChange(change, last, taken, judging)
      : { verdict: silence.verdict, words: silence.words, final: false }
  }
  if (last !== undefined && unchanged_for !== undefined) {
    // A sample that failed has no value, and no value is not the same as before.
    if (last.failing !== undefined || last.value === null)
      return { ...NOT_MEASURED, words: last.failing ?? 'there is no value' }
    const same = { ...condition, unchanged_for: undefined, equals: last.value, for: unchanged_for }
    return judgeOne(same, taken, { ...judging, asRead: true })
  }
  const moments = momentsOf(condition, taken, { ...judging, longestGap: GAP * judging.every }, judging.speaks)
  const since = sinceWhen(moments, judging.every)
  const judged = judgeMoments(condition, moments, judging)
  return judged.verdict === 'fails' || since === undefined
    ? judged
    : {
        ...judged,
        since,
        began: hadNotBegun(moments, since, judging.every),
        seen: moments.at(-1)?.at,
      }
}

function judgeMoments(condition: Condition, moments: Moment[], judging: Judging): Judgement {
  if (condition.samples !== undefined) return judgeEach(moments, condition.samples, judging)
  if (condition.count !== undefined) return judgeCount(moments, condition.count, judging)
  if (condition.for !== undefined) return judgeFor(moments, condition.for, judging)
  return judgeRow(moments, condition.in_a_row ?? 1, judging)
}

/** `in_a_row`: the last ones all hold. */
function judgeRow(moments: Moment[], wanted: number, { speaks, every }: Judging): Judgement {
  const last = moments.at(-1)
  if (last === undefined) return NOT_MEASURED
  const row = moments.length - 1 - moments.findLastIndex((one) => one.verdict !== 'holds')
  const count = wanted === 1 ? '' : `, ${Math.min(row, wanted)} of ${wanted} in a row`
  if (row >= wanted) return { verdict: 'holds', words: last.words + count, final: false }
  const words = last.words + count
  if (last.verdict !== 'holds') return { verdict: last.verdict, words, final: false }
  // A row that has begun proves nothing yet. Of what is feared, that it was well before makes one failure a passing one;
  // of what is demanded, it says nothing against it.
  const wasWell = speaks === 'of-breach' && moments.at(-1 - row)?.verdict === 'fails'
  if (wasWell) return { verdict: 'fails', words, final: false }
  return { verdict: 'unknown', words, final: false, knownAfter: sampledOver((wanted - 1) * every, every) }
}

/** `samples`: exactly so many, and each must hold. */
function judgeEach(moments: Moment[], wanted: number, { every }: Judging): Judgement {
  const taken = moments.slice(0, wanted)
  const failing = taken.find((one) => one.verdict === 'fails')
  const count = `${taken.filter((one) => one.verdict === 'holds').length} of ${wanted} samples hold`
  if (failing !== undefined) return { verdict: 'fails', words: `${failing.words}; ${count}`, final: true }
  const unknown = taken.find((one) => one.verdict === 'unknown')
  const words = `${unknown?.words ?? taken.at(-1)?.words ?? NOT_MEASURED.words}; ${count}`
  const knownAfter = unknown === undefined ? sampledOver((wanted - 1) * every, every) : undefined
  if (taken.length < wanted) return { verdict: 'unknown', words, final: false, knownAfter }
  return { verdict: unknown === undefined ? 'holds' : 'unknown', words, final: true }
}

/** `for`: it has held without a break, and without a gap, for so long. */
function judgeFor(moments: Moment[], wanted: number, { every }: Judging): Judgement {
  const last = moments.at(-1)
  if (last === undefined) return NOT_MEASURED
  const since = sinceWhen(moments, every)
  if (since === undefined) return { verdict: last.verdict, words: last.words, final: false }
  const lasted = last.at - since
  const words =
    lasted === 0
      ? `${last.words}, seen once so far; it has to last ${formatDuration(wanted)}`
      : `${last.words}, for ${formatDuration(Math.min(lasted, wanted))} of ${formatDuration(wanted)}`
  if (lasted >= wanted) return { verdict: 'holds', words, final: false }
  // Only what was seen not to hold before says that it is no longer.
  if (hadNotBegun(moments, since, every)) return { verdict: 'fails', words, final: false }
  return { verdict: 'unknown', words, final: false, knownAfter: sampledOver(wanted, every) }
}

/** `count`: so many of the last ones hold. */
function judgeCount(
  moments: Moment[],
  { atLeast, within, of }: NonNullable<Condition['count']>,
  { now, every }: Judging,
): Judgement {
  if (moments.length === 0) return NOT_MEASURED
  const recent = moments
    .filter(({ at }) => within === undefined || at > now - within)
    .slice(-(of ?? moments.length))
  const hits = recent.filter(({ verdict }) => verdict === 'holds')
  const over =
    of === undefined
      ? `in ${formatDuration(within ?? 0)}`
      : recent.length < of
        ? `of ${recent.length} so far, of ${of}`
        : `of the last ${of}`
  const words = `${recent.at(-1)?.words ?? 'no sample'}; ${hits.length} ${over}, from ${atLeast} on it counts`
  if (hits.length >= atLeast) return { verdict: 'holds', words, final: false }
  const unknown = recent.some(({ verdict }) => verdict === 'unknown')
  const missing =
    of === undefined ? hasGap(moments, now, within ?? 0, every) : hits.length + of - recent.length >= atLeast
  if (unknown) return { verdict: 'unknown', words, final: false }
  if (!missing) return { verdict: 'fails', words, final: false }
  const span = of === undefined ? (within ?? 0) : (of - 1) * every
  return { verdict: 'unknown', words, final: false, knownAfter: sampledOver(span, every) }
}

/** Some of that time was not sampled. */
function hasGap(moments: Moment[], now: number, within: number, every: number): boolean {
  const times = [...moments.map(({ at }) => at).filter((at) => at >= now - within - GAP * every), now]
  if ((times[0] ?? now) > now - within) return true
  return times.some((at, index) => index > 0 && at - (times[index - 1] ?? at) > GAP * every)
}

/** The beginning of the unbroken row of moments that hold up to the last one. */
function sinceWhen(moments: Moment[], every: number): number | undefined {
  let since: number | undefined
  for (const { at, verdict } of moments.toReversed()) {
    if (verdict !== 'holds' || (since !== undefined && since - at > GAP * every)) break
    since = at
  }
  return since
}

/** Right before, without a gap, it was seen not to hold. */
function hadNotBegun(moments: Moment[], since: number, every: number): boolean {
  const before = moments[moments.findIndex(({ at }) => at === since) - 1]
  return before?.verdict === 'fails' && since - before.at <= GAP * every
}
