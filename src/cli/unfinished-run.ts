import { isFinished } from '../runtime/close-run.ts'
import type { Session, StoredRun } from '../runtime/types.ts'
import { knownRuns } from './known-runs.ts'
import { runLine } from './run-line.ts'
import { usageError } from './usage.ts'

/** The run of that name; without one the only one that has no end. */
export async function unfinishedRun(
  { store }: Session,
  id: string | undefined,
  command: string,
): Promise<StoredRun> {
  if (id !== undefined) return store.find(id)
  const { runs } = await knownRuns(store)
  const open = runs.filter((run) => !isFinished(run))
  const [only, ...others] = open
  if (only === undefined) throw usageError('no run is unfinished', 'See: rollback status')
  if (others.length === 0) return only
  throw usageError(
    'name the run: several are unfinished',
    open.map((run) => runLine(run, command)).join('\n'),
  )
}
