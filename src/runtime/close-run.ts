import { EXIT } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { whatStands } from '../core/run/conclude.ts'
import type { RunEvent } from '../core/run/events.ts'
import { fold } from '../core/run/state.ts'
import { failpoint } from './failpoint.ts'
import type { Session, StoredRun } from './types.ts'

/**
 * Writes an end under a run that has none: given up by a person, or taken over by its undo; with what has become known
 * before. Only for who holds its lock.
 */
export async function closeRun(
  session: Session,
  run: StoredRun,
  why: string,
  before: readonly RunEvent[] = [],
): Promise<void> {
  const { lines, log } = await session.store.reopen(run.plan.id)
  failpoint('run-reopened')
  try {
    requireSame(run.plan, run.lines.length, lines.length)
    const state = fold(lines)
    if (state.ended !== undefined) return
    for (const event of before) await log.append(event)
    const stands = whatStands(run.plan, state)
    const exit = stands.length > 0 ? EXIT.stands : EXIT.refused
    await log.append({ type: 'run-ended', result: 'abandoned', exit, why, stands, by: session.who })
  } finally {
    await log.close()
  }
}

/** Whoever has looked at a run before the lock was theirs may have seen less than there is by now. */
export function requireSame(plan: Plan, seen: number, there: number): void {
  if (seen === there) return
  throw new Problem({
    code: 'stale',
    message: `nothing was changed: run ${plan.id} has gone on since it was looked at`,
    cure: 'Look at it again: rollback status',
    exit: EXIT.refused,
  })
}

export function isFinished({ lines }: StoredRun): boolean {
  return lines.some(({ event }) => event.type === 'run-ended')
}
