import type { SetAction } from '../core/contract.ts'
import { sameJson } from '../core/json.ts'

/** Whether two states of a surface agree in the fields that the action changes; null: absent. */
export function sameState(action: SetAction<unknown, unknown>, a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b
  return action.same === undefined ? sameJson(a, b) : action.same(a, b)
}
