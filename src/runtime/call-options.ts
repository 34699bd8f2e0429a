import type { CallAction } from '../core/contract.ts'
import type { PlannedUse } from '../core/plan/types.ts'

/** In an undo, what takes the call back instead of the call. */
export function callOptions(action: CallAction<unknown>, use: PlannedUse, options: unknown): unknown {
  if (use.call?.reversed !== true) return options
  const reversal = action.reversal(options)
  return reversal.how === 'other' ? reversal.options : options
}
