import { formatDuration } from '../duration.ts'
import type { Limit, SignalDef } from '../model.ts'
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

/** `baseline` is what was measured, or is written; undefined where that is not known. */
export function explainLimit(
  limit: Limit,
  { unit, baseline: usual }: Pick<SignalDef, 'unit' | 'baseline'>,
  baseline: number | undefined,
): LimitExplained {
  const says = limitWords(limit)
  const bound = boundOf(unit, limit, baseline, usual?.floor)
  if (typeof bound === 'object') return { says, words: `${says}: ${bound.unknown}` }
  if (typeof limit !== 'object' || baseline === undefined) return { says, value: bound, words: says }
  const least = usual?.floor === undefined ? undefined : limitIn(unit, usual.floor)
  const known = `${origin(usual?.offset)}: ${valueWords(baseline, unit)}`
  const base =
    least !== undefined && baseline < least
      ? `${valueWords(least, unit)} (the floor; ${known})`
      : `${valueWords(baseline, unit)} (${origin(usual?.offset)})`
  return { says, value: bound, words: `${limit.times} × ${base} = ${valueWords(bound, unit)}` }
}

function origin(offset: number | undefined): string {
  return offset === undefined ? 'as written' : `measured ${formatDuration(offset)} before`
}
