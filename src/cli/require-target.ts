import type { Procedure, Runbook } from '../core/model.ts'
import { Problem } from '../core/problem.ts'
import { findTarget } from '../runtime/find-target.ts'
import type { Session } from '../runtime/types.ts'

/** What is certain: no measuring system, and no incident, will make such a target one. */
const CERTAIN = new Set(['target-invalid', 'target-ambiguous', 'nothing-proven'])

/**
 * For a run that may be started any day and only acts in an incident: a mistake in its target must be found today. Throws
 * a Problem where that is certain; whether a version of that name is there on every surface is told by a dry run, and by
 * the plan.
 */
export async function requireTarget(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  target: string,
): Promise<void> {
  try {
    await findTarget(session, runbook, procedure, target)
  } catch (error) {
    if (error instanceof Problem && CERTAIN.has(error.code)) throw error
  }
}
