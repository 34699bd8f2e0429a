import type { Condition, SignalDef } from '../model.ts'
import { describeCondition } from './describe.ts'
import { limitsOf } from './explain.ts'
import { samplesIn } from './history.ts'
import { judgeEachSeries, theOnly } from './judge.ts'
import { GAP } from './judgement.ts'
import type { Known } from './known.ts'
import type { LimitExplained } from './limit-words.ts'
import { momentsOf } from './moments.ts'
import { COMPARISONS } from './sample.ts'
import { togetherOf } from './series.ts'

/** What a chart is drawn of: the numbers of one signal over time, and a condition about single ones of them. */
export interface Charted {
  signal: string
  /** The trigger, or the rule, that the condition is of. */
  by: string
  condition: string
  limits: LimitExplained[]
  unit: SignalDef['unit']
  /** Milliseconds since the epoch: the time that was asked for. */
  from: number
  to: number
  /** Milliseconds: of a longer time between two points nothing is known. */
  longestGap: number
  points: Point[]
}

export interface Point {
  /** Milliseconds since the epoch. */
  at: number
  value: number
  /** Whether the condition holds for this one. */
  holds: boolean
}

/**
 * Undefined where there are not at least two numbers, or no limit to hold them against. Of several series it is the worst:
 * lines over one another are no chart.
 */
export function chartedOf(by: string, condition: Condition, name: string, known: Known): Charted | undefined {
  const { signal, taken, judging } = known
  if (COMPARISONS.every((name) => condition[name] === undefined)) return undefined
  const all = judgeEachSeries(condition, taken, judging)
  const [worst] = all
  if (worst === undefined && togetherOf(taken) !== undefined) return undefined
  const own = worst ?? { taken, baseline: theOnly(judging.baseline) }
  const which = worst === undefined ? '' : ` of ${worst.name}, the worst of ${all.length} series`
  const longestGap = GAP * judging.every
  const moments = momentsOf(
    condition,
    own.taken,
    { ...judging, baseline: own.baseline, longestGap },
    judging.speaks,
  )
  const held = new Set(moments.filter(({ verdict }) => verdict === 'holds').map(({ at }) => at))
  const points = samplesIn(own.taken).flatMap(({ at, value }) =>
    typeof value === 'number' ? [{ at, value, holds: held.has(at) }] : [],
  )
  const [first] = points
  if (first === undefined || points.length < 2) return undefined
  const told = taken.flatMap(({ measurement }) =>
    measurement.kind === 'unreachable' ? [] : (measurement.from ?? []),
  )
  return {
    signal: name,
    by,
    // Of single samples, whatever time it must have lasted.
    condition:
      describeCondition({ ...condition, for: undefined, in_a_row: undefined, count: undefined }) + which,
    limits: limitsOf(condition, { ...known, judging: { ...judging, baseline: own.baseline } }),
    unit: signal.unit,
    from: Math.min(first.at, ...told),
    to: judging.now,
    longestGap,
    points,
  }
}
