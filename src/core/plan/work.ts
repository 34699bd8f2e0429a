import type { PlannedStep } from './types.ts'

/** Without any, "all are there already" would be said of nothing. */
export function hasWork({ changes, call }: PlannedStep): boolean {
  return changes.length > 0 || call !== undefined
}
