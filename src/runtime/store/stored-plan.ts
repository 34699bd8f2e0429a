import { openPlan } from '../../core/plan/seal.ts'
import type { Plan } from '../../core/plan/types.ts'
import { Problem } from '../../core/problem.ts'

/** What helps where the plan of a run is gone or damaged: a new one is none of that run. */
export const PLAN_LOST =
  'the journal beside it says what was done; a copy of the plan may be on another machine, or in a backup'

/** Reads the plan of a run that is on record. */
export function openStoredPlan(text: string, place: string): Plan {
  try {
    return openPlan(text, place)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, message, found } = error
    const cure = code === 'plan-version' ? 'use the version of the tool that made it' : PLAN_LOST
    throw new Problem({ code, message, found, cure, cause: error })
  }
}
