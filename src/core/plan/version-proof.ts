import { EVERY } from '../conditions/span.ts'
import { type Condition, DEFAULT_WITHIN, type Procedure } from '../model.ts'
import { unboundTarget } from './bind.ts'
import type { BuildInput } from './input.ts'
import type { LiveVersion } from './types.ts'

/** During a deploy old and new versions answer in turns. */
const IN_A_ROW = 3

type Named = Parameters<typeof unboundTarget>[0]

/**
 * The procedure with what it does not say itself: where the runbook knows how to read the live version, that version must
 * be the target. Surfaces say what is configured; only the live endpoint says what runs.
 */
export function withVersionProof({ runbook, procedure, live, without }: BuildInput, named: Named): Procedure {
  const signal = runbook.release.live?.signal
  const said = [procedure, ...procedure.steps].flatMap(({ verify }) => verify?.must ?? [])
  const isSaid = said.some((condition) => condition.signal === signal && saysVersion(condition))
  if (signal === undefined || isSaid) return procedure
  const { within = DEFAULT_WITHIN, must = [], should = [] } = procedure.verify ?? {}
  const found = versionOf(signal, live, named)
  if (found === undefined) return procedure
  const condition = { ...found, every: paceWithin(within, runbook.signals[signal]?.every) }
  // Of a run that leaves something out, nobody knows whether that would have changed it: told, and not demanded.
  const verify =
    without.length === 0
      ? { within, must: [condition, ...must], should }
      : { within, must, should: [{ ...condition, in_a_row: undefined, within: 0 }, ...should] }
  return { ...procedure, verify }
}

/** That it answers, or stays the same, says nothing of which version it is. */
function saysVersion({ equals, is, same_commit, matches }: Condition): boolean {
  return (equals ?? is ?? same_commit ?? matches) !== undefined
}

/** Often enough for all of them in the time that there is; undefined where the signal's own pace is. */
function paceWithin(within: number, every = EVERY): number | undefined {
  const often = Math.floor(within / (IN_A_ROW + 1))
  return often < every ? often : undefined
}

/** By its commit, or by its tag where that is all that is known, or what the endpoint reports; an undo binds it anew. */
function versionOf(signal: string, live: LiveVersion, named: Named): Condition | undefined {
  const bySha = { signal, same_commit: '${target.sha}', in_a_row: IN_A_ROW }
  const byTag = { signal, equals: '${target.tag}', in_a_row: IN_A_ROW }
  const reportsTags = 'release' in live && live.release.sha === undefined
  return (reportsTags ? [byTag, bySha] : [bySha, byTag]).find(
    (condition) => unboundTarget(named, condition).length === 0,
  )
}
