import { setTimeout as wait } from 'node:timers/promises'

import { timeLeft } from '../core/interruption.ts'
import { failpoint } from './failpoint.ts'
import type { Held } from './store/lock.ts'
import type { Session } from './types.ts'

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
    // A store that does not answer is not waited for by who has been cancelled.
    await (interrupt.aborted
      ? Promise.race([released, wait(timeLeft(interrupt, session.read.now()))])
      : released)
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
