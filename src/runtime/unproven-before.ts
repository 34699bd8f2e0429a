import type { Plan } from '../core/plan/types.ts'
import { whatIsApplied } from '../core/run/conclude.ts'
import { isProven } from '../core/run/proven.ts'
import { fold, mayHaveChanged, type RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import { sameVersion } from '../core/versions.ts'
import type { Session } from './types.ts'

export interface Unproven {
  plan: Plan
  state: RunState
}

/**
 * Runs to the same version before this one that have changed something and did not prove it, newest first: a proof now is
 * of what they have done, too. None from before a run that was proven, that went elsewhere, or was taken back; and none of
 * which nothing is left: somebody has been there since.
 */
export async function unprovenBefore({ store }: Pick<Session, 'store'>, plan: Plan): Promise<Unproven[]> {
  const found: Unproven[] = []
  const here = (await store.list()).filter(
    (run) => run.plan.service === plan.service && run.plan.environment === plan.environment,
  )
  // One that was sent late may have others behind it.
  const began = here.find((run) => run.plan.id === plan.id)?.lines[0]?.at ?? Infinity
  const before = here
    .filter(({ lines }) => (lines[0]?.at ?? Infinity) < began)
    .toSorted((a, b) => (b.lines[0]?.at ?? 0) - (a.lines[0]?.at ?? 0))
  for (const { plan: former, lines } of before) {
    const state = fold(lines)
    if (state.ended !== undefined && isProven(state.ended.result)) break
    if (!mayHaveChanged(state)) continue
    const isSame = sameVersion({ release: former.target, digests: [] }, { release: plan.target, digests: [] })
    if (former.kind === 'undo' || !isSame || state.ended === undefined) break
    if (!isLeft({ plan: former, state }, plan)) break
    found.push({ plan: former, state })
  }
  return found
}

/** Where it has set surfaces, at least one of them is still there, as the later plan has seen it. */
function isLeft({ plan, state }: Unproven, now: Plan): boolean {
  const set = plan.steps.flatMap((step) => {
    const own = state.steps[step.id]
    return useInForce(step, own).changes.flatMap(({ effect, role, surface }) =>
      role === 'main' && whatIsApplied(own?.effects[effect]) !== 'no' ? [surface.id] : [],
    )
  })
  const there = now.steps.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.state === 'already' ? [change.surface.id] : [])),
  )
  return set.length === 0 || set.some((id) => there.includes(id))
}
