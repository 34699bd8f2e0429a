import { leavesSomethingToUndo } from '../core/plan/undo.ts'
import { fold } from '../core/run/state.ts'
import type { StoredRun } from '../runtime/types.ts'
import { runLine } from './run-line.ts'
import { usageError } from './usage.ts'

/** Ids begin with the time. */
const RUN = /^\d{8}-\d{6}-/

/**
 * The run that `rollback undo` means without an id: the last one that changed something, since one that only redeployed
 * what was there has nothing to take back. It has to be named when that was itself an undo (typing `undo` twice must not
 * bring the bad version back), and when the store knows several services or environments: the newest of all may be
 * somebody else's.
 */
export function runToUndo(newestFirst: readonly StoredRun[], unreadable: readonly string[] = []): StoredRun {
  const changed = newestFirst.filter(({ plan, lines }) => leavesSomethingToUndo(plan, fold(lines)))
  const [last, ...others] = newestOfEach(changed)
  const newer = unreadable.filter((id) => RUN.test(id) && id > (last?.plan.id ?? ''))
  if (newer.length > 0)
    throw usageError(
      `which run is the last cannot be said: ${newer.join(', ')} cannot be read`,
      `rollback show ${newer[0]} tells why. Name the run to take back: rollback undo <run>`,
    )
  if (last === undefined)
    throw usageError('there is nothing to undo: no recorded run has changed anything', 'See: rollback status')
  if (others.length > 0)
    throw usageError(
      'name the run to take back: there are runs of several services or environments',
      ['The newest of each:', ...[last, ...others].map((run) => runLine(run, 'undo'))].join('\n'),
    )
  if (last.plan.kind === 'undo')
    throw usageError(
      `the last run that changed something, ${last.plan.id}, is itself an undo`,
      `Name the run to take back; to take back the undo itself: rollback undo ${last.plan.id}`,
    )
  return last
}

function newestOfEach(newestFirst: readonly StoredRun[]): StoredRun[] {
  const newest = new Map<string, StoredRun>()
  for (const run of newestFirst) {
    const place = JSON.stringify([run.plan.service, run.plan.environment])
    if (!newest.has(place)) newest.set(place, run)
  }
  return [...newest.values()]
}
