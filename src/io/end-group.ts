import { setTimeout as wait } from 'node:timers/promises'

import { GRACE, signalGroup } from './process-group.ts'
import { groupRuns, startOf } from './process-identity.ts'

const EVERY = 50

/**
 * Ends a process that somebody else has started, with all that it has started itself and that is still in its group:
 * politely, then not. Says whether all of it is gone: what has changed its user may not be ended by us.
 */
export async function endProcessGroup(child: { pid: number; started: string }): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    // Asked anew each time: its id may be another's by now.
    if (!lives(child)) return true
    // Gone, or not ours to end: what counts is whether it still runs.
    signalGroup(child.pid, signal)
    for (let waited = 0; waited < GRACE && lives(child); waited += EVERY) await wait(EVERY)
  }
  return !lives(child)
}

function lives({ pid, started }: { pid: number; started: string }): boolean {
  const now = startOf(pid)
  return now === undefined ? groupRuns(pid) : now === started
}
