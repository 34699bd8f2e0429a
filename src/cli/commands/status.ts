import { EXIT, type ExitCode } from '../../core/exit.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { type DamagedRun, statusOf } from '../../report/status.ts'
import { statusText } from '../../report/status-text.ts'
import { locksOf } from '../../runtime/locks.ts'
import { isWatched, openBake, withSuccessor } from '../../runtime/open-bake.ts'
import type { Call } from '../catalog/types.ts'
import { storeHere } from '../store-here.ts'
import { withSession } from '../with-session.ts'

/** Unfinished runs first, then the locks, then the last ones of every service and environment. */
export function runStatus({ options, output }: Call): Promise<ExitCode> {
  return withSession(output, async (outer) => {
    const session = await storeHere(outer, options, output)
    const damaged: DamagedRun[] = []
    const unreadable = new Map<string, string>()
    const { place } = session.store
    const all = await session.store.list((id, error) => {
      // Not a run, but the shared store as a whole: its locks say the same.
      if (id === place) unreadable.set(place, sentenceOf(error))
      else damaged.push(damagedRun(id, error))
    })
    const runs = all.map((run) => withSuccessor(run, all))
    const now = session.read.now()
    const watched = runs.flatMap((run) => {
      const bake = openBake(run)
      return bake !== undefined && isWatched(bake, now) ? [run.plan.id] : []
    })
    const locks = await locksOf(session, (where, why) => unreadable.set(where, why))
    const status = statusOf(place, runs, locks, {
      damaged,
      watched,
      unreadable: [...unreadable].map(([where, why]) => ({ place: where, why })),
    })
    output.result(statusText(status, await output.resultLook(), now))
    output.document({ type: 'status', exit: EXIT.done, ...status })
    return EXIT.done
  })
}

function damagedRun(id: string, error: unknown): DamagedRun {
  return { id, why: sentenceOf(error), cure: error instanceof Problem ? error.cure : undefined }
}
