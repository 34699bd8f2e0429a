import { setTimeout as wait } from 'node:timers/promises'

import { failpoint } from './failpoint.ts'
import type { Held } from './store/lock.ts'
import type { Session } from './types.ts'

/** Being cancelled, the process is gone within 5 s: a store that does not answer is not waited for. */
const HURRY = 1000

/**
 * Does something under a lock and gives it back however it ended: free when the run that it is for is over, else left
 * with the run, which goes on owning what it changes.
 */
export async function underLock<T>(
  session: Session,
  held: Held,
  interrupt: AbortSignal,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  try {
    return await work(held)
  } finally {
    const released = giveBack(session, held)
    await (interrupt.aborted ? Promise.race([released, wait(HURRY)]) : released)
  }
}

/** Never throws: how the run ended is what has to be told. A lock that could not be given back expires. */
async function giveBack(session: Session, held: Held): Promise<void> {
  failpoint('lock-kept')
  try {
    await held.release((await session.store.isOver(held.record.run)) ? 'free' : 'left')
    failpoint('lock-given-back')
  } catch {
    await held.release('left').catch(() => undefined)
  }
}
