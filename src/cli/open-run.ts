import type { Session, StoredRun } from '../runtime/types.ts'
import { type Asking, reached } from './reach-store.ts'
import { storeOf } from './store-here.ts'

export interface OpenedRun {
  session: Session
  run: StoredRun
  /** Why the shared store is left aside. */
  offline?: string | undefined
}

/** A run with the store that its plan names, as new as that has it; for those who are going to do something about it. */
export async function openRun(
  here: Session,
  asking: Asking,
  find: (session: Session) => Promise<StoredRun>,
  { looksOnly }: { looksOnly: boolean } = { looksOnly: false },
): Promise<OpenedRun> {
  const first = await reached(here, asking, find)
  const found = { session: first.session, run: first.value, offline: first.offline }
  if (found.offline !== undefined || found.run.plan.store === undefined) return found
  const own = await storeOf(found.session, found.run)
  if (!looksOnly) {
    const { sendLate } = await import('../runtime/send-late.ts')
    await sendLate(own, found.run.plan.store, (words) => asking.output.progress(words))
  }
  // A list of runs is told of also where the others cannot be asked; whoever is about to act must know.
  if (own === found.session && looksOnly) return found
  const { session, offline, value } = await reached(own, asking, (there) =>
    there.store.find(found.run.plan.id),
  )
  return { session, offline, run: value }
}
