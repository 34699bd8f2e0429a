import { describeStatement } from '../conditions/describe.ts'
import type { RefusalReason } from './outcome.ts'
import type { PlannedGuard } from './types.ts'

/** Why a guard stands in the way: with what was measured, and what it wants. */
function guardWords({
  id,
  holds,
  verdict,
  words,
  note,
}: Pick<PlannedGuard, 'id' | 'holds' | 'verdict' | 'words' | 'note'>): string {
  const how = verdict === 'unknown' ? 'could not be measured' : 'does not hold'
  const why = note === undefined ? '' : ` (${note})`
  return `the guard "${id}" ${how}: ${words}; it wants ${describeStatement(holds)}${why}`
}

/** Those that a person has not gone past: what cannot be measured is not taken to hold. */
export function guardReasons(guards: readonly PlannedGuard[]): RefusalReason[] {
  return guards
    .filter(({ verdict, forced }) => verdict !== 'holds' && forced !== true)
    .map((guard) => ({
      kind: guard.verdict === 'unknown' ? 'unknown' : 'guard',
      why: guardWords(guard),
      cure: 'see that it holds, then run this again; or go on all the same with --force --reason <text>',
    }))
}
