import { releaseName } from '../core/release.ts'
import type { StoredRun } from '../runtime/types.ts'

/** One of several runs to choose from, as the command that chooses it. */
export function runLine({ plan }: StoredRun, command: string): string {
  const what =
    plan.kind === 'undo' ? `an undo of ${plan.undoOf ?? 'a run'}` : `to ${releaseName(plan.target)}`
  return `  rollback ${command} ${plan.id}  ${plan.service}, ${plan.environment}: ${what}`
}
