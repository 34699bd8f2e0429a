import type { SetAction } from '../core/contract.ts'
import type { PlannedChange, PlannedUse } from '../core/plan/types.ts'
import { sentenceOf } from '../core/problem.ts'
import type { Judged } from '../core/run/events.ts'
import { useInForce } from '../core/run/use.ts'
import { bindOptions } from './bind-options.ts'
import type { Carrier } from './carrier.ts'
import { loadAction } from './load-action.ts'

export interface SurfaceVerdict {
  surface: string
  verdict: Judged
  words: string
}

/** What every version surface of the plan says now, the ones that were already there included. */
export async function lookAtSurfaces(carrier: Carrier): Promise<SurfaceVerdict[]> {
  const verdicts = await Promise.all(
    carrier.plan.steps.flatMap((step) => {
      const use = useInForce(step, carrier.state().steps[step.id])
      return use.changes
        .filter((change) => change.role === 'main' && change.surface.kind === 'version')
        .map((change) => lookAtOne(carrier, use, change))
    }),
  )
  return verdicts
}

async function lookAtOne(carrier: Carrier, use: PlannedUse, change: PlannedChange): Promise<SurfaceVerdict> {
  const surface = change.surface.id
  try {
    const action = await loadAction(use.uses)
    if (action.kind !== 'set') return { surface, verdict: 'unknown', words: 'it cannot be observed' }
    return { surface, ...(await verdictOf(carrier, action, use, change)) }
  } catch (error) {
    return { surface, verdict: 'unknown', words: sentenceOf(error) }
  }
}

async function verdictOf(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  use: PlannedUse,
  change: PlannedChange,
): Promise<{ verdict: Judged; words: string }> {
  const options = await bindOptions(carrier.plan, carrier.secrets, action.options, use.with)
  const seen = await action.observe(options, change.surface, carrier.session.read)
  if (seen.status === 'denied' || seen.status === 'unknown') return { verdict: 'unknown', words: seen.why }
  const { state, words } = action.progress(seen, change.to)
  return { verdict: state === 'reached' ? 'holds' : state === 'failed' ? 'fails' : 'unknown', words }
}
