import { Problem } from '../core/problem.ts'
import type { Store, StoredRun } from '../runtime/types.ts'

/** Newest first, and the ids of those that cannot be read. That there are none is said only where all could be asked. */
export async function knownRuns(store: Store): Promise<{ runs: StoredRun[]; unreadable: string[] }> {
  const unreadable: string[] = []
  let away: Problem | undefined
  const runs = await store.list((id, error) => {
    if (error instanceof Problem && error.code === 'store-unreachable') away = error
    else unreadable.push(id)
  })
  if (away !== undefined && runs.length === 0) throw away
  return { runs, unreadable }
}
