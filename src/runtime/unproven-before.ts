import { sameJson } from '../core/json.ts'
import type { Plan, PlannedChange } from '../core/plan/types.ts'
import { whatIsApplied } from '../core/run/conclude.ts'
import { isProven } from '../core/run/proven.ts'
import { fold, mayHaveChanged, type RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import type { Session } from './types.ts'

export interface Unproven {
  plan: Plan
  state: RunState
}

/**
 * Runs right before this one that have changed something and did not prove it, newest first: each went on from what the
 * one before it had left. None from before a run that was proven, or an undo; and none from before somebody else has been
 * there.
 */
export async function unprovenBefore({ store }: Pick<Session, 'store'>, plan: Plan): Promise<Unproven[]> {
  const here = (await store.list()).filter(
    (run) => run.plan.service === plan.service && run.plan.environment === plan.environment,
  )
  // One that was sent late may have others behind it.
  const began = here.find((run) => run.plan.id === plan.id)?.lines[0]?.at ?? Infinity
  const before = here
    .filter(({ lines }) => (lines[0]?.at ?? Infinity) < began)
    .toSorted((a, b) => (b.lines[0]?.at ?? 0) - (a.lines[0]?.at ?? 0))
  const found: Unproven[] = []
  let next = plan
  for (const { plan: former, lines } of before) {
    const state = fold(lines)
    if (state.ended !== undefined && isProven(state.ended.result)) break
    if (!mayHaveChanged(state)) continue
    if (former.kind === 'undo' || state.ended === undefined || !wentOn({ plan: former, state }, next)) break
    found.push({ plan: former, state })
    next = former
  }
  return found
}

/** Where it has set surfaces, the later plan has found at least one of them as it had left it. */
function wentOn({ plan, state }: Unproven, later: Plan): boolean {
  const set = plan.steps.flatMap((step) => {
    const own = state.steps[step.id]
    return useInForce(step, own).changes.filter(
      ({ effect, role }) => role === 'main' && whatIsApplied(own?.effects[effect]) !== 'no',
    )
  })
  if (set.length === 0) return true
  const seen = later.steps.flatMap(({ changes }) => changes)
  return set.some((left) => seen.some((found) => isAsLeft(left, found, plan, later)))
}

function isAsLeft(left: PlannedChange, found: PlannedChange, plan: Plan, later: Plan): boolean {
  if (left.surface.id !== found.surface.id) return false
  // A platform may number what it was set to anew: to the same target, it says itself that it is there.
  const isSameTarget = sameJson(plan.target, later.target)
  return (isSameTarget && found.state === 'already') || sameJson(found.from, left.to)
}
