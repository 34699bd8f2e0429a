import type { Plan } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import { cut } from './layout.ts'
import { changesOf } from './plan-facts.ts'
import { brief } from './safe-text.ts'

/** Room for `[y/N]` and the answer. */
const ANSWER_COLUMNS = 10

/** What a yes would do, in one line: `live: c58d20f → 3e7a91c, image tag set, redeploy called`. */
export function essence(plan: Plan, width: number): string {
  const parts = [...versionWords(plan), ...changeWords(plan), ...callWords(plan)]
  return cut(brief(parts.join(', ')), width - ANSWER_COLUMNS)
}

function versionWords({ kind, undoOf, live, target }: Plan): string[] {
  const to = releaseName(target)
  // What an undo finds live is among its measurements.
  if (kind === 'undo') return [to === '' ? `undo of ${undoOf ?? 'the run'}` : `back to ${to}`]
  return ['release' in live ? `live: ${releaseName(live.release)} → ${to}` : `live: to ${to}`]
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
