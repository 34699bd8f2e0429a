import { sameJson } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import { fold } from '../core/run/state.ts'
import { isFinished } from './close-run.ts'
import { withoutSharing } from './in-store.ts'
import { recordProven } from './record-versions.ts'
import { LOCK, lockIn, lockText } from './store/lock-record.ts'
import { update } from './store/update.ts'
import type { Session, StoredRun } from './types.ts'

/** Sends to a shared store what runs have written while it could not be reached; left for later when it still cannot. */
export async function sendLate(session: Session, def: StoredRun['plan']['store']): Promise<void> {
  try {
    const sent = (await session.store.catchUp?.((run) => sameJson(run.plan.store, def))) ?? []
    for (const run of sent) {
      if (isProven(run)) await recordProven(session, run.plan, fold(run.lines))
      await moveLock(session, run)
    }
  } catch (error) {
    // Whatever needs the store says itself that it cannot be reached.
    if (!(error instanceof Problem)) throw error
  }
}

function isProven({ lines }: StoredRun): boolean {
  const last = lines.at(-1)?.event
  return last?.type === 'run-ended' && (last.result === 'proven' || last.result === 'degraded')
}

/** An unfinished run owns what it changes: on this machine it was said already, now the others learn it. */
async function moveLock(session: Session, run: StoredRun): Promise<void> {
  const { plan } = run
  const here = withoutSharing(session).store.board(plan.service, plan.environment)
  const record = lockIn((await here.read()).files, here.place)
  if (record?.run !== plan.id || record.state !== 'left') return
  const there = session.store.board(plan.service, plan.environment)
  const isOwned = !isFinished(run)
  await update(there, `left: ${plan.id}`, ({ files }) =>
    isOwned && files[LOCK] === undefined ? { [LOCK]: lockText(record) } : undefined,
  )
  await update(here, `moved: ${plan.id}`, ({ files }) =>
    files[LOCK] === undefined ? undefined : { [LOCK]: null },
  )
}
