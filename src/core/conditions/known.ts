import type { Condition, SignalDef } from '../model.ts'
import { judge } from './judge.ts'
import type { JudgingAll } from './judgement.ts'
import type { Taken } from './moments.ts'
import type { JudgeOne } from './statement.ts'

/** All that is known of the signal that a condition speaks of. */
export interface Known {
  signal: Pick<SignalDef, 'unit' | 'baseline'>
  taken: readonly Taken[]
  judging: JudgingAll
}

export type KnownOf = (condition: Condition) => Known

/** The judge of conditions by what is known of their signals. */
export function judgeBy(knownOf: KnownOf): JudgeOne {
  return (condition) => {
    const { taken, judging } = knownOf(condition)
    return judge(condition, taken, judging)
  }
}
