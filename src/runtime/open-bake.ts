import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { bakeOf, type BakeState, replacedBy, SILENT } from '../core/run/bake.ts'
import type { Line, Watcher } from '../core/run/events.ts'
import { hostOf } from '../core/where.ts'
import { isRunning } from '../io/process-identity.ts'
import type { Store, StoredRun } from './types.ts'
import { whereAmI } from './where.ts'

/** The bake of a run, where it has one that has no end yet. */
export function openBake({ plan, lines }: StoredRun): BakeState | undefined {
  const bake = bakeOf(plan, lines)
  return bake?.ended === undefined ? bake : undefined
}

/** Somebody is watching it, as far as can be seen from here. */
export function isWatched({ watcher, stopped, unanswered, seen }: BakeState, now: number): boolean {
  if (watcher === undefined || stopped !== undefined || unanswered !== undefined) return false
  if (watcher.host === whereAmI() && !isRunning(watcher)) return false
  return now - seen <= SILENT
}

/**
 * The run with the end of its bake where a later run has brought it: whoever watched may not have been there any more to
 * write it down.
 */
export function withSuccessor(run: StoredRun, others: readonly StoredRun[]): StoredRun {
  const bake = openBake(run)
  const successor = bake === undefined ? undefined : replacedBy(run, others)
  const last = run.lines.at(-1)
  if (bake === undefined || successor === undefined || last === undefined) return run
  const at = others.find(({ plan }) => plan.id === successor)?.lines[0]?.at ?? last.at
  const why = `run ${successor} has changed what was watched`
  const line: Line = {
    n: last.n + 1,
    at: Math.max(at, last.at),
    event: { type: 'bake-ended', result: 'replaced', exit: bake.own, why },
  }
  return { ...run, lines: [...run.lines, line] }
}

/** Throws a Problem where somebody watches it already. */
export function requireUnwatched({ plan }: StoredRun, bake: BakeState, now: number): void {
  if (!isWatched(bake, now) || bake.watcher === undefined) return
  const { by, host, pid } = bake.watcher
  throw new Problem({
    code: 'watched',
    message: `the bake of run ${plan.id} is being watched already`,
    found: `by ${by.name} on ${hostOf(host)}, process ${pid}; last seen at ${new Date(bake.seen).toISOString()}`,
    cure: 'To look at it: rollback status',
    exit: EXIT.locked,
  })
}

/** Throws a Problem where somebody else watches it by now, or has ended it: this process was asleep for long. */
export async function requireStillOurs(store: Pick<Store, 'find'>, id: string, me: Watcher): Promise<void> {
  const { plan, lines } = await store.find(id)
  const bake = bakeOf(plan, lines)
  const { watcher } = bake ?? {}
  const isOurs = watcher?.pid === me.pid && watcher.started === me.started && watcher.host === me.host
  if (isOurs && bake?.ended === undefined) return
  const { name, host } = bake?.ended?.by ?? watcher?.by ?? { name: 'somebody', host: 'another machine' }
  throw new Problem({
    code: 'watched',
    message: `the bake of run ${id} was gone on with, or ended, by somebody else`,
    found: `it was ${name} on ${hostOf(host)}`,
    cure: `What came of it: rollback show ${id}`,
    exit: EXIT.locked,
  })
}
