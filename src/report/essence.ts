import type { Plan } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import { cut, wrap } from './layout.ts'
import { changesOf } from './plan-facts.ts'
import { brief } from './safe-text.ts'

/** Room for `[y/N]` and the answer. */
export const ANSWER_COLUMNS = 10

/**
 * What a yes would do, in one line: `live: c58d20f → 3e7a91c, image tag set, redeploy called`. Where it is too narrow the
 * versions are whole all the same, above as much of the rest as there is room for.
 */
export function essence(plan: Plan, width: number): string {
  const room = width - ANSWER_COLUMNS
  const versions = brief(versionWords(plan))
  const rest = brief([...changeWords(plan), ...callWords(plan)].join(', '))
  const all = rest === '' ? versions : `${versions}, ${rest}`
  if (all.length <= room) return all
  return rest === ''
    ? wrap(versions, room).join('\n')
    : [...wrap(`${versions},`, width), cut(rest, room)].join('\n')
}

function versionWords({ kind, undoOf, live, target }: Plan): string {
  const to = releaseName(target)
  // What an undo finds live is among its measurements.
  if (kind === 'undo') return to === '' ? `undo of ${undoOf ?? 'the run'}` : `back to ${to}`
  return 'release' in live ? `live: ${releaseName(live.release)} → ${to}` : `live: to ${to}`
}

/** Kinds with their number; backups go without saying. */
function changeWords(plan: Plan): string[] {
  const kinds = Map.groupBy(
    changesOf(plan).filter(({ onUndo }) => onUndo !== 'keep'),
    ({ surface, to }) => JSON.stringify([surface.type, to === null ? 'removed' : 'set']),
  )
  return [...kinds].map(([key, changes]) => {
    const [type, done] = JSON.parse(key) as [string, string]
    return changes.length === 1 ? `${type} ${done}` : `${changes.length} × ${type} ${done}`
  })
}

function callWords({ steps }: Plan): string[] {
  return steps.flatMap(({ id, call, skip }) =>
    call === undefined || skip !== undefined ? [] : [`${id} called`],
  )
}
