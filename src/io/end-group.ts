import { setTimeout as wait } from 'node:timers/promises'

import { isRunning } from './process-identity.ts'

const GRACE = 2000
const EVERY = 50

/** Ends a process that somebody else has started, with what it has started itself: politely, then not. */
export async function endProcessGroup(child: { pid: number; started: string }): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    // Asked anew each time: its id may be another's by now.
    if (!isRunning(child)) return
    sendToGroup(child.pid, signal)
    for (let waited = 0; waited < GRACE && isRunning(child); waited += EVERY) await wait(EVERY)
  }
}

function sendToGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone, or not ours to end: the caller looks whether it still runs.
  }
}
