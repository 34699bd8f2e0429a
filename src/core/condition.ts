import type { Measurement, Sample } from './contract.ts'
import { parseDuration } from './duration.ts'
import type { Condition, SignalDef } from './model.ts'
import { sameCommit } from './release.ts'
import type { Judged } from './run/events.ts'

// One judge for every condition: holds, fails or unknown. No data is never success.

export interface Judgement {
  verdict: Judged
  /** What was measured, for people: `commit 1a2b3c4, 3 of 3 in a row`. */
  words: string
  /** More samples cannot change it. */
  final: boolean
}

/** Judges a condition over all measurements taken for it, oldest first. */
export function judge(
  condition: Condition,
  unit: SignalDef['unit'],
  measurements: readonly Measurement[],
): Judgement {
  const verdicts = measurements.flatMap((measurement) => judgeMeasurement(condition, unit, measurement))
  if (condition.samples !== undefined) return judgeEach(verdicts, condition.samples)
  return judgeRow(verdicts, condition.in_a_row ?? 1)
}

interface SampleVerdict {
  verdict: Judged
  words: string
}

/** `in_a_row`: the last ones all hold. */
function judgeRow(verdicts: SampleVerdict[], wanted: number): Judgement {
  const last = verdicts.at(-1)
  if (last === undefined) return { verdict: 'unknown', words: 'not measured yet', final: false }
  const row = verdicts.length - 1 - verdicts.findLastIndex((one) => one.verdict !== 'holds')
  const count = wanted === 1 ? '' : `, ${Math.min(row, wanted)} of ${wanted} in a row`
  if (row >= wanted) return { verdict: 'holds', words: last.words + count, final: false }
  // A row that has begun but is not complete says nothing against the condition, and does not prove it either.
  return {
    verdict: last.verdict === 'holds' ? 'unknown' : last.verdict,
    words: last.words + count,
    final: false,
  }
}

/** `samples`: exactly so many, and each must hold. */
function judgeEach(verdicts: SampleVerdict[], wanted: number): Judgement {
  const taken = verdicts.slice(0, wanted)
  const failing = taken.find((one) => one.verdict === 'fails')
  const count = `${taken.filter((one) => one.verdict === 'holds').length} of ${wanted} samples hold`
  if (failing !== undefined) return { verdict: 'fails', words: `${failing.words}; ${count}`, final: true }
  const unknown = taken.find((one) => one.verdict === 'unknown')
  const words = `${unknown?.words ?? taken.at(-1)?.words ?? 'not measured yet'}; ${count}`
  if (taken.length < wanted) return { verdict: 'unknown', words, final: false }
  return { verdict: unknown === undefined ? 'holds' : 'unknown', words, final: true }
}

function judgeMeasurement(
  condition: Condition,
  unit: SignalDef['unit'],
  measurement: Measurement,
): SampleVerdict[] {
  if (measurement.kind === 'no-data') return [{ verdict: 'unknown', words: `no data: ${measurement.why}` }]
  if (measurement.kind === 'unreachable') return [{ verdict: 'unknown', words: measurement.why }]
  if (measurement.samples.length === 0) return [{ verdict: 'unknown', words: 'no data' }]
  return measurement.samples.map((sample) => judgeSample(condition, unit, sample))
}

function judgeSample(condition: Condition, unit: SignalDef['unit'], sample: Sample): SampleVerdict {
  const parts: SampleVerdict[] = []
  if (condition.passing !== undefined) {
    const passes = sample.failing === undefined
    parts.push({
      verdict: passes === condition.passing ? 'holds' : 'fails',
      words: sample.failing ?? 'passing',
    })
  }
  if (condition.equals !== undefined) parts.push(judgeEquals(condition.equals, sample))
  if (condition.same_commit !== undefined) parts.push(judgeCommit(condition.same_commit, sample))
  if (condition.below !== undefined) parts.push(judgeBelow(condition.below, unit, sample))
  if (parts.length === 0) return { verdict: 'unknown', words: 'the condition says nothing of it' }
  const worst =
    parts.find((part) => part.verdict === 'fails') ?? parts.find((part) => part.verdict === 'unknown')
  return worst ?? { verdict: 'holds', words: parts.map((part) => part.words).join(', ') }
}

function judgeEquals(wanted: string | number | boolean, sample: Sample): SampleVerdict {
  if (sample.failing !== undefined) return { verdict: 'fails', words: sample.failing }
  const same = sample.value !== null && String(sample.value) === String(wanted)
  return {
    verdict: same ? 'holds' : 'fails',
    words: `is ${shown(sample)}${same ? '' : `, wanted ${wanted}`}`,
  }
}

function judgeCommit(wanted: string, sample: Sample): SampleVerdict {
  if (sample.failing !== undefined) return { verdict: 'fails', words: sample.failing }
  const same = typeof sample.value === 'string' && sameCommit(sample.value, wanted)
  return {
    verdict: same ? 'holds' : 'fails',
    words: `commit ${shown(sample)}${same ? '' : `, wanted ${wanted}`}`,
  }
}

function judgeBelow(limit: string | number, unit: SignalDef['unit'], sample: Sample): SampleVerdict {
  if (sample.failing !== undefined) return { verdict: 'fails', words: sample.failing }
  const value = typeof sample.value === 'number' ? sample.value : Number.NaN
  const wanted = limitIn(unit, limit)
  if (Number.isNaN(value)) return { verdict: 'unknown', words: `${shown(sample)} is not a number` }
  if (wanted === undefined)
    return { verdict: 'unknown', words: `the limit ${limit} does not fit the unit ${unit ?? 'none'}` }
  const holds = value < wanted
  return { verdict: holds ? 'holds' : 'fails', words: `is ${value}${holds ? '' : `, wanted below ${limit}`}` }
}

/** A limit as a number in the signal's unit: `1%` of a ratio is 0.01, `1.5s` of milliseconds 1500; undefined when they do not fit. */
export function limitIn(unit: SignalDef['unit'], limit: string | number): number | undefined {
  if (typeof limit === 'number') return Number.isNaN(limit) ? undefined : limit
  const percent = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(limit)
  if (percent !== null) {
    if (unit === 'ratio') return Number(percent[1]) / 100
    return unit === 'percent' ? Number(percent[1]) : undefined
  }
  const milliseconds = parseDuration(limit)
  if (milliseconds !== undefined) {
    if (unit === 'ms') return milliseconds
    return unit === 's' ? milliseconds / 1000 : undefined
  }
  const plain = Number(limit)
  return limit.trim() === '' || Number.isNaN(plain) ? undefined : plain
}

/** One line for people: `live_version same commit as abc1234, 3 in a row`. */
export function describeCondition(condition: Condition): string {
  const parts = [condition.signal]
  if (condition.passing !== undefined) parts.push(condition.passing ? 'passing' : 'failing')
  if (condition.equals !== undefined) parts.push(`equals ${condition.equals}`)
  if (condition.same_commit !== undefined) parts.push(`same commit as ${condition.same_commit}`)
  if (condition.below !== undefined) parts.push(`below ${condition.below}`)
  const counts = []
  if (condition.in_a_row !== undefined && condition.in_a_row > 1)
    counts.push(`${condition.in_a_row} in a row`)
  if (condition.samples !== undefined) counts.push(`${condition.samples} samples`)
  return [parts.join(' '), ...counts].join(', ')
}

function shown(sample: Sample): string {
  return typeof sample.value === 'string' ? sample.value.slice(0, 80) : JSON.stringify(sample.value)
}
