import { describeCondition } from '../core/conditions/describe.ts'
import type { Condition } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import { bindLate } from '../core/plan/bind.ts'

/** What has to hold, for people; that somebody will be asked must be no surprise. */
export function demandWords(plan: Plan, condition: Condition): string {
  const words = describeCondition(bindLate(plan, condition))
  return plan.signals[condition.signal]?.source === 'ask' ? `${words} (a person is asked)` : words
}
