import type { LockSummary } from '../core/lock-view.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { hostOf } from '../core/where.ts'
import { holderState } from './store/holder.ts'
import { lockIn, type LockRecord } from './store/lock-record.ts'
import type { Session } from './types.ts'

/** Every lock of the store. One that cannot be read is told of, and hides no other. */
export async function locksOf(
  { store, read }: Session,
  onUnreadable: (place: string, why: string) => void,
): Promise<LockSummary[]> {
  const boards = await boardsOf(store, onUnreadable)
  const found = await Promise.all(
    boards.map(async ({ board }) => {
      try {
        return lockIn((await board.read()).files, board.place)
      } catch (error) {
        onUnreadable(board.place, sentenceOf(error))
        return undefined
      }
    }),
  )
  return found.flatMap((record) => (record === undefined ? [] : [summaryOf(record, read.now())]))
}

/** A shared store that cannot be reached is told of, and hides nothing else. */
async function boardsOf(
  store: Session['store'],
  onUnreadable: (place: string, why: string) => void,
): Promise<Awaited<ReturnType<Session['store']['boards']>>> {
  try {
    return await store.boards()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    onUnreadable(store.place, sentenceOf(error))
    return []
  }
}

function summaryOf(record: LockRecord, now: number): LockSummary {
  const { service, environment, run, owner, reason, process, since, renewed, ttl, claim, surfaces } = record
  return {
    service,
    environment,
    run,
    holder: holderState(record, now),
    owner: { ...owner, host: hostOf(process.where) },
    reason,
    pid: process.pid,
    since,
    lastSign: new Date(renewed).toISOString(),
    expires: new Date(renewed + ttl).toISOString(),
    claim,
    surfaces,
  }
}
