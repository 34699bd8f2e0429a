import type { Plan } from '../core/plan/types.ts'
import { isProven } from '../core/run/proven.ts'
import { fold, hasTried, type RunState } from '../core/run/state.ts'
import { sameVersion } from '../core/versions.ts'
import type { Session } from './types.ts'

export interface Unproven {
  plan: Plan
  state: RunState
}

/**
 * Runs to the same version before this one that have changed something and did not prove it, newest first: a proof now
 * is of what they have done. None from before a run that was proven, that went elsewhere, or was taken back.
 */
export async function unprovenBefore(
  { store }: Pick<Session, 'store'>,
  { id, service, environment, target }: Plan,
): Promise<Unproven[]> {
  const found: Unproven[] = []
  const runs = (await store.list())
    .filter(({ plan }) => plan.id !== id && plan.service === service && plan.environment === environment)
    .toSorted((a, b) => (b.lines[0]?.at ?? 0) - (a.lines[0]?.at ?? 0))
  for (const { plan, lines } of runs) {
    const state = fold(lines)
    if (state.ended !== undefined && isProven(state.ended.result)) break
    if (!hasTried(state)) continue
    const isSame = sameVersion({ release: plan.target, digests: [] }, { release: target, digests: [] })
    if (plan.kind === 'undo' || !isSame || state.ended === undefined) break
    found.push({ plan, state })
  }
  return found
}
