import type { Plan } from '../plan/types.ts'
import { JOURNAL_FORMAT, type RunEvent, type Who } from './events.ts'

/** The first event of a run: what it is to do, and who began it. */
export function runStarted(plan: Plan, by: Who): RunEvent {
  const { id, kind, seal, service, environment, procedure, target, reason, undoOf } = plan
  return {
    type: 'run-started',
    format: JOURNAL_FORMAT,
    id,
    kind,
    seal,
    service,
    environment,
    procedure,
    target,
    by,
    reason,
    undoOf,
  }
}
