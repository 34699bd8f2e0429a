import type { RefusalReason } from '../core/plan/outcome.ts'
import type { UndoStep } from '../core/plan/undo.ts'
import type { Confirmation, Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import type { BindingGround } from './bind-options.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

/** What the steps of an undo are looked at with. */
export interface UndoGround {
  session: Session
  /** The undo's own names and target. */
  ground: BindingGround
  secrets: Secrets
  /** The plan of the run that is taken back. */
  former: Plan
}

/** What came of looking at one step. */
export interface Looked {
  step?: PlannedStep
  reasons: RefusalReason[]
  confirmations: Confirmation[]
}

/** Nothing else of the former step: its fallback leads forward, and what it verified is demanded by the whole undo. */
export function undoStep(one: UndoStep, planned: PlannedUse, skip?: string): PlannedStep {
  const { timeout, retry } = one.step
  const { uses, kind, with: options, changes, call, question, checks, window } = planned
  const use = { uses, kind, with: options, changes, call, question, checks, window }
  return { ...use, id: one.id, timeout, retry, needs: one.needs, skip }
}
