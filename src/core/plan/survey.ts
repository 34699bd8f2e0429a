import type { CallReadiness, Check, Question } from '../contract.ts'
import type { JsonObject } from '../json.ts'
import type { Step } from '../model.ts'
import type { RefusalReason } from './outcome.ts'
import type { PlannedChange, PlannedCall } from './types.ts'

// What was seen on all surfaces at once: the ground that a plan is made of.

export interface SurveyedStep {
  step: Step
  first: SurveyedUse
  fallback?: SurveyedUse | undefined
}

export interface SurveyedUse {
  uses: string
  kind: 'set' | 'call' | 'gate'
  with: JsonObject
  surfaces: SurveyedSurface[]
  call?: (PlannedCall & { readiness: CallReadiness }) | undefined
  question?: Question | undefined
  window?: string | undefined
  /** What makes the whole step impossible, such as options that do not fit. */
  refused?: Omit<RefusalReason, 'step'> | undefined
}

export interface SurveyedSurface {
  id: string
  /** Prepared changes first, the main one last. */
  changes: PlannedChange[]
  checks: Check[]
  /** It is where it should be, but not at rest: a rollout that is under way, or has failed. */
  unsettled?: { state: 'moving' | 'failed'; words: string } | undefined
  refused?: Omit<RefusalReason, 'step'> | undefined
}

/** How the lines of a step are known; with several surfaces, each check says which it is about. */
export function checksOf(surfaces: readonly Pick<SurveyedSurface, 'id' | 'checks'>[]): Check[] {
  if (surfaces.length === 1) return surfaces.flatMap(({ checks }) => checks)
  return surfaces.flatMap(({ id, checks }) =>
    checks.map((check) => ({ ...check, what: `${id}: ${check.what}` })),
  )
}
