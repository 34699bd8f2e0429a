import { Problem } from '../core/problem.ts'
import { replacedBy } from '../core/run/bake.ts'
import type { Session, StoredRun } from './types.ts'

/**
 * Tells, whenever it is asked, which later run has changed something since. A run locks its board, so that as long as
 * nothing has happened there nothing has to be read. Where the store cannot be reached, nothing is known of any.
 */
export function lookout({ store }: Session, run: StoredRun): () => Promise<string | undefined> {
  const board = store.board(run.plan.service, run.plan.environment)
  let seen: string | undefined
  return async () => {
    try {
      const { version } = await board.read()
      if (version === seen) return undefined
      const successor = replacedBy(run, await store.list())
      seen = version
      return successor
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return undefined
    }
  }
}
