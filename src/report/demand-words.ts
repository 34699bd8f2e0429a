import { describeCondition } from '../core/conditions/describe.ts'
import type { Condition } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import { bindLate } from '../core/plan/bind.ts'

/** What has to hold, for people; that somebody will be asked must be no surprise. */
export function demandWords(plan: Plan, condition: Condition): string {
  const words = describeCondition(bindLate(plan, condition))
  return isAsked(plan, condition) ? `${words} (a person is asked)` : words
}

/** Only a person knows it. */
export function isAsked({ signals }: Pick<Plan, 'signals'>, { signal }: Pick<Condition, 'signal'>): boolean {
  return signals[signal]?.source === 'ask'
}
