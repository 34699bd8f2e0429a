import { EXIT } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { failpoint } from './failpoint.ts'
import { holderState } from './store/holder.ts'
import { type Grounds, type Held, ownerWords, requireUnlocked, takeLock } from './store/lock.ts'
import { lockIn, type LockRecord } from './store/lock-record.ts'
import type { Session } from './types.ts'

/**
 * Takes the lock of the plan's service and environment; throws a Problem (exit code 25) when a rollback is under way
 * there, when an unfinished run owns it, or when one of another service owns a surface of this plan. `over`: the
 * unfinished run that is taken over. The lock is for that run, and holds all that it owns, until it has an end: whoever
 * dies or gives up before leaves it as it was.
 */
export async function lockRun(
  session: Session,
  plan: Plan,
  over?: Plan,
  tell?: (words: string) => void,
): Promise<Held> {
  const { service, environment, reason } = plan
  const { id: run } = over ?? plan
  const surfaces = surfacesOf(over === undefined ? [plan] : [plan, over])
  const claim = { service, environment, run, surfaces, owner: session.who, reason, over: over?.id }
  const held = await takeLock({ ...groundsOf(session, plan), tell }, claim)
  failpoint('lock-taken')
  try {
    await requireUnowned(session, held.record, over?.id)
    return held
  } catch (error) {
    // What was left unfinished stays so.
    await held.release(over === undefined ? 'free' : 'left')
    throw error
  }
}

/**
 * Refuses early, before anybody plans or is asked; nothing is taken. Gives the version of the board: when the lock is
 * taken and nothing has happened on it since, a plan made in between is as good as new.
 */
export function requireFree(session: Session, place: Place, over?: string): Promise<string> {
  return requireUnlocked(groundsOf(session, place), over)
}

type Place = Pick<Plan, 'service' | 'environment'>

function groundsOf({ store, read }: Session, { service, environment }: Place): Grounds {
  return {
    board: store.board(service, environment),
    pace: store.pace,
    now: () => read.now(),
    sleep: (milliseconds) => read.sleep(milliseconds),
    isOver: (run) => store.isOver(run),
  }
}

/** Everything that a run of these plans may change, their fallbacks included. */
function surfacesOf(plans: readonly Plan[]): string[] {
  const steps = plans.flatMap((plan) => plan.steps)
  const uses = steps.flatMap((step) => (step.fallback === undefined ? [step] : [step, step.fallback]))
  const changes = uses.flatMap((use) => use.changes).filter(({ state }) => state === 'change')
  return [...new Set(changes.map(({ surface }) => surface.id))].sort()
}

/**
 * Surfaces are global, and every service has a lock of its own: looked at after our own stands, so that of two who take
 * theirs at the same moment at least one sees the other.
 */
async function requireUnowned(session: Session, mine: LockRecord, over: string | undefined): Promise<void> {
  if (mine.surfaces.length === 0) return
  const boards = await session.store.boards()
  const others = boards.filter(
    ({ service, environment }) => service !== mine.service || environment !== mine.environment,
  )
  const locks = await Promise.all(
    others.map(async ({ board }) => lockIn((await board.read()).files, board.place)),
  )
  for (const other of locks) {
    const shared = other?.surfaces.filter((id) => mine.surfaces.includes(id)) ?? []
    if (other === undefined || shared.length === 0 || other.run === over) continue
    const alive = holderState(other, session.read.now()) === 'alive'
    if (alive || !(await session.store.isOver(other.run))) throw surfaceOwned(other, shared, alive)
  }
}

function surfaceOwned(other: LockRecord, shared: string[], alive: boolean): Problem {
  return new Problem({
    code: alive ? 'locked' : 'owned',
    message: `nothing was changed: ${shared.join(', ')} ${shared.length === 1 ? 'is' : 'are'} owned by run ${other.run} of ${other.service}, ${other.environment}`,
    found: `${ownerWords(other)}, since ${other.since}; ${alive ? 'it is under way' : 'it is unfinished'}`,
    cure: alive
      ? 'Wait for it. To look at it: rollback status'
      : `First: rollback resume ${other.run}, rollback undo ${other.run}, or rollback abandon ${other.run} --reason '…'`,
    exit: EXIT.locked,
  })
}
