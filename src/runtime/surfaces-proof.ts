import type { Receipt, SetAction } from '../core/contract.ts'
import type { PlannedChange, PlannedUse } from '../core/plan/types.ts'
import { sentenceOf } from '../core/problem.ts'
import type { Judged } from '../core/run/events.ts'
import { useInForce } from '../core/run/use.ts'
import { bindOptions } from './bind-options.ts'
import type { Carrier } from './carrier.ts'
import { loadAction } from './load-action.ts'
import { sameState } from './same-state.ts'

export interface SurfaceVerdict {
  surface: string
  verdict: Judged
  words: string
  /** It was read, and is not at the target. Until the time is over, that says nothing for good. */
  elsewhere?: boolean | undefined
}

/** When the time is over: what is elsewhere contradicts the proof; only what cannot be read, or still moves, is unknown. */
export function atTheEnd(verdicts: readonly SurfaceVerdict[]): SurfaceVerdict[] {
  return verdicts.map((one) =>
    one.verdict === 'unknown' && one.elsewhere === true ? { ...one, verdict: 'fails' } : one,
  )
}

/** What every version surface of the plan says now, the ones that were already there included. */
export async function lookAtSurfaces(carrier: Carrier): Promise<SurfaceVerdict[]> {
  const verdicts = await Promise.all(
    carrier.plan.steps.flatMap((step) => {
      const own = carrier.state().steps[step.id]
      const use = useInForce(step, own)
      return use.changes
        .filter((change) => change.role === 'main' && change.surface.kind === 'version')
        .map((change) => lookAtOne(carrier, use, change, own?.effects[change.effect]?.receipt))
    }),
  )
  return verdicts
}

async function lookAtOne(
  carrier: Carrier,
  use: PlannedUse,
  change: PlannedChange,
  receipt: Receipt | undefined,
): Promise<SurfaceVerdict> {
  const surface = change.surface.id
  try {
    const action = await loadAction(use.uses)
    if (action.kind !== 'set') return { surface, verdict: 'unknown', words: 'it cannot be observed' }
    return { surface, ...(await verdictOf(carrier, action, use, change, receipt)) }
  } catch (error) {
    return { surface, verdict: 'unknown', words: sentenceOf(error) }
  }
}

async function verdictOf(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  use: PlannedUse,
  change: PlannedChange,
  receipt: Receipt | undefined,
): Promise<Omit<SurfaceVerdict, 'surface'>> {
  const options = await bindOptions(carrier.plan, carrier.secrets, action.options, use.with)
  const seen = await action.observe(options, change.surface, carrier.session.read)
  if (seen.status === 'denied' || seen.status === 'unknown') return { verdict: 'unknown', words: seen.why }
  const { state, words } = action.progress(seen, change.to, receipt)
  if (state === 'reached') return { verdict: 'holds', words }
  if (state === 'failed') return { verdict: 'fails', words }
  const now = seen.status === 'present' ? seen.state : null
  return { verdict: 'unknown', words, elsewhere: !sameState(action, now, change.to) }
}
