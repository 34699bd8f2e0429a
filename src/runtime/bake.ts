import { setTimeout as wait } from 'node:timers/promises'

import { EXIT } from '../core/exit.ts'
import { timeLeft } from '../core/interruption.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { BakeEnded, Line } from '../core/run/events.ts'
import { openBake, requireUnwatched } from './open-bake.ts'
import type { RunLog, Session, StoredRun } from './types.ts'
import { type Baked, type BakeOptions, Watching } from './watching.ts'

// A bake: conditions that are watched once a run was proven. It holds no lock and changes nothing. What comes of it is
// written behind the end of the run, in a segment of its own.

/** Watches the bake of a proven run until it ends, or goes on with it. */
export async function watchBake(session: Session, { id }: Plan, options: BakeOptions): Promise<Baked> {
  try {
    const { log, ...run } = await session.store.reopen(id)
    try {
      requireFree(run, session.read.now())
      return await new Watching(session, run, log, options).untilEnd()
    } finally {
      await closed(session, log, options.interrupt)
    }
  } catch (error) {
    if (
      error instanceof Problem &&
      ['lock-lost', 'run-ended', 'watched', 'answer-invalid'].includes(error.code)
    )
      throw error
    throw new Problem({
      code: 'bake-broken-off',
      message: 'the rollback is done and proven, but watching it broke off',
      found: sentenceOf(error),
      cure: `Once that is mended, go on with: rollback resume ${id}`,
      exit: EXIT.unmeasured,
      cause: error,
    })
  }
}

/** Whoever has looked at it before may have seen less than there is by now. */
function requireFree(run: StoredRun, now: number): void {
  const bake = openBake(run)
  if (bake !== undefined) return requireUnwatched(run, bake, now)
  throw new Problem({
    code: 'run-ended',
    message: `the bake of run ${run.plan.id} has ended: there is nothing to go on with`,
    cure: `To look at it: rollback show ${run.plan.id}`,
    exit: EXIT.usage,
  })
}

/** Ends a bake without watching it. */
export async function endBake(session: Session, id: string, event: BakeEnded): Promise<Line> {
  const { log, ...run } = await session.store.reopen(id)
  try {
    requireFree(run, session.read.now())
    return await log.append(event)
  } finally {
    await log.close()
  }
}

/** A store that does not answer is not waited for by who has been cancelled. */
async function closed(session: Session, log: RunLog, interrupt: AbortSignal): Promise<void> {
  const closing = log.close()
  if (!interrupt.aborted) return closing
  await Promise.race([closing, wait(timeLeft(interrupt, session.read.now()))])
}
