import type { Session, StoredRun } from '../runtime/types.ts'
import type { Output } from './output.ts'
import { findForStore, readForCheck } from './runbook.ts'
import { usageError } from './usage.ts'

/**
 * The session with the store of the runbook that is here, for commands about runs that may be on other machines. A
 * runbook that is not there, or names no store, leaves that of this machine.
 */
export async function storeHere(
  session: Session,
  options: { runbook?: string | undefined },
  output: Output,
): Promise<Session> {
  const file = await findForStore(options.runbook)
  if (file === undefined) return session
  const read = await readForCheck({ runbook: file })
  if (!('runbook' in read)) {
    if (options.runbook !== undefined)
      throw usageError(`the runbook ${file} is not valid`, 'See: rollback validate')
    // At night a broken runbook must not hide the runs that there are.
    output.progress(`The runbook ${file} is not valid: the store that it may name was not looked at.`)
    return session
  }
  const { inStore } = await import('../runtime/in-store.ts')
  return inStore(session, read.runbook.store, read.runbook.path)
}

/** The session with the store that the plan of a run names: two stores would mean two locks. */
export async function storeOf(session: Session, { plan }: StoredRun): Promise<Session> {
  if (plan.store === undefined || session.store.late !== undefined) return session
  const { inStore } = await import('../runtime/in-store.ts')
  return inStore(session, plan.store, plan.runbook.path)
}
