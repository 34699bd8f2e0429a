import { sameJson } from '../core/json.ts'
import { isProven } from '../core/run/proven.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { bakeOf, isLapse } from '../core/run/bake.ts'
import { fold } from '../core/run/state.ts'
import { isFinished } from './close-run.ts'
import { withoutSharing } from './in-store.ts'
import { recordLapse, recordProven } from './record-versions.ts'
import { holderState } from './store/holder.ts'
import { LOCK, lockIn, type LockRecord, lockText } from './store/lock-record.ts'
import { update } from './store/update.ts'
import type { LateRuns, Session, StoredRun } from './types.ts'

/**
 * Sends to a shared store what runs have written while it could not be reached: each by itself, so that one that cannot
 * be sent holds up no other, and marked as sent last. What is left for later is told.
 */
export async function sendLate(
  session: Session,
  def: StoredRun['plan']['store'],
  tell: (words: string) => void,
): Promise<void> {
  const { late } = session.store
  for (const id of (await late?.list()) ?? []) {
    try {
      if (late !== undefined) await sendOne(session, late, id, def)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // Whatever needs the store says itself that it cannot be reached.
      if (error.code === 'store-unreachable') return
      tell(
        `run ${id} was written while the shared store could not be reached, and is not in it yet: ${sentenceOf(error)}`,
      )
    }
  }
}

async function sendOne(
  session: Session,
  late: LateRuns,
  id: string,
  def: StoredRun['plan']['store'],
): Promise<void> {
  const run = await late.find(id)
  if (!sameJson(run.plan.store, def)) return
  await late.send(id)
  const ended = endOf(run)
  if (ended !== undefined && isProven(ended.result)) {
    const bake = bakeOf(run.plan, run.lines)?.ended
    const unrecorded =
      (await recordProven(session, run.plan, fold(run.lines), ended)).unrecorded ??
      (bake !== undefined && isLapse(bake) ? await recordLapse(session, run.plan) : undefined)
    if (unrecorded !== undefined) throw new Problem({ code: 'versions-unrecorded', message: unrecorded })
  }
  // An unfinished run is not done with: what is written of it next is late, too.
  if ((await moveLock(session, run)) && ended !== undefined) await late.done(id)
}

/** How it ended, when, and who had it in hand. */
function endOf({ lines }: StoredRun) {
  const last = lines.findLast(({ event }) => event.type === 'run-ended')
  if (last?.event.type !== 'run-ended') return undefined
  const holder = lines.findLast(({ event }) => event.type === 'run-started' || event.type === 'run-resumed')
  const by = holder !== undefined && 'by' in holder.event ? holder.event.by : undefined
  return { result: last.event.result, at: last.at, by }
}

/**
 * An unfinished run owns what it changes: on this machine it was said already, now the others learn it. Says whether
 * nothing is left to be said here.
 */
async function moveLock(session: Session, run: StoredRun): Promise<boolean> {
  const { plan } = run
  const here = withoutSharing(session).store.board(plan.service, plan.environment)
  const record = lockIn((await here.read()).files, here.place)
  if (record?.run !== plan.id) return true
  // Somebody is at work on it right now.
  if (holderState(record, session.read.now()) === 'alive') return false
  if (!isFinished(run) && !(await isKnownThere(session, run, record))) return false
  await update(here, `moved: ${plan.id}`, ({ files }) =>
    lockIn(files, here.place)?.claim === record.claim ? { [LOCK]: null } : undefined,
  )
  return true
}

/** Where somebody else holds the lock by now, ours stays here: it is not for us to take it from them. */
async function isKnownThere(session: Session, { plan }: StoredRun, record: LockRecord): Promise<boolean> {
  const there = session.store.board(plan.service, plan.environment)
  let known = false
  await update(there, `left: ${plan.id}`, ({ files }) => {
    const other = lockIn(files, there.place)
    known = other === undefined || other.run === plan.id
    return other === undefined ? { [LOCK]: lockText({ ...record, state: 'left' }) } : undefined
  })
  return known
}
