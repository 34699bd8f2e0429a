import { formatDuration } from '../duration.ts'
import type { Baseline, Limit, SignalDef } from '../model.ts'
import { type Baselines, isBySeries } from './judgement.ts'
import { boundOf, limitIn, limitWords } from './limit.ts'
import { valueWords } from './sample.ts'

/** A limit, what it comes to, and how. */
export interface LimitExplained {
  /** As the runbook has it: `10%`, `5 × baseline`. */
  says: string
  /** In the signal's unit; absent where it is not known. */
  value?: number | undefined
  /** For people: `5 × 0.4% (measured 24h 00m before) = 2%`. */
  words: string
}

/** `baseline` is what was measured, or is written. */
export function explainLimit(
  limit: Limit,
  { unit, baseline: usual }: Pick<SignalDef, 'unit' | 'baseline'>,
  baseline: Baselines,
): LimitExplained {
  const says = limitWords(limit)
  if (isBySeries(baseline) && typeof limit === 'object')
    return { says, words: `${says}, which each series has its own of` }
  if (isBySeries(baseline)) return explainLimit(limit, { unit }, undefined)
  const bound = boundOf(unit, limit, baseline, usual?.floor)
  if (typeof bound === 'object') return { says, words: `${says}: ${bound.unknown}` }
  if (typeof limit !== 'object' || typeof baseline !== 'number') return { says, value: bound, words: says }
  const least = usual?.floor === undefined ? undefined : limitIn(unit, usual.floor)
  const known = `${originOf(usual)}: ${valueWords(baseline, unit)}`
  const base =
    least !== undefined && baseline < least
      ? `${valueWords(least, unit)} (the floor; ${known})`
      : `${valueWords(baseline, unit)} (${originOf(usual)})`
  return { says, value: bound, words: `${limit.times} × ${base} = ${valueWords(bound, unit)}` }
}

/** Where what is usual is known from. */
export function originOf({ offset, before_deployment }: Baseline = {}): string {
  if (offset !== undefined) return `measured ${formatDuration(offset)} before`
  return before_deployment === undefined
    ? 'as written'
    : `measured in the ${formatDuration(before_deployment)} before the deployment`
}
