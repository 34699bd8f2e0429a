import { isFinished } from '../runtime/close-run.ts'
import { isWatched, openBake, withSuccessor } from '../runtime/open-bake.ts'
import type { Session, StoredRun } from '../runtime/types.ts'
import { knownRuns } from './known-runs.ts'
import { runLine } from './run-line.ts'
import { usageError } from './usage.ts'

/** The run of that name; without one the only one that has no end, or else the only bake that nobody watches. */
export async function unfinishedRun(
  { store, read }: Session,
  id: string | undefined,
  command: string,
): Promise<StoredRun> {
  if (id !== undefined) {
    const run = await store.find(id)
    return openBake(run) === undefined ? run : withSuccessor(run, (await knownRuns(store)).runs)
  }
  const { runs } = await knownRuns(store)
  const unfinished = runs.filter((run) => !isFinished(run))
  const open = unfinished.length > 0 ? unfinished : unwatched(runs, read.now())
  const [only, ...others] = open
  if (only === undefined) throw usageError('no run is unfinished', 'See: rollback status')
  if (others.length === 0) return only
  throw usageError(
    `name the run: several ${unfinished.length > 0 ? 'are unfinished' : 'have a bake that nobody watches'}`,
    open.map((run) => runLine(run, command)).join('\n'),
  )
}

function unwatched(runs: readonly StoredRun[], now: number): StoredRun[] {
  return runs.filter((run) => {
    const bake = openBake(withSuccessor(run, runs))
    return bake !== undefined && !isWatched(bake, now)
  })
}
