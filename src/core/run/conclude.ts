import { EXIT } from '../exit.ts'
import type { Plan, PlannedStep, PlannedUse } from '../plan/types.ts'
import { releaseName } from '../release.ts'
import type { RunEnded } from './events.ts'
import type { EffectState } from './effect-state.ts'
import { hasTried, type RunState } from './state.ts'
import { useInForce } from './use.ts'

/** How a run ended: what a person is told, and what a script sees. */
export function conclude(plan: Plan, state: RunState): RunEnded {
  const stands = whatStands(plan, state)
  if (state.proof !== undefined) return concludeProof(plan, state, state.proof, stands)
  const failed = plan.steps.find((step) => state.steps[step.id]?.status === 'failed')
  const why =
    failed === undefined
      ? 'the deadline has passed'
      : `step "${failed.id}": ${state.steps[failed.id]?.why ?? 'failed'}`
  if (stands.length > 0) return ended('stands', EXIT.stands, why, stands)
  const declined = failed !== undefined && state.steps[failed.id]?.answer?.accepted === false
  return declined ? ended('declined', EXIT.declined, why, []) : ended('failed', EXIT.refused, why, [])
}

function concludeProof(
  plan: Plan,
  state: RunState,
  proof: NonNullable<RunState['proof']>,
  stands: string[],
): RunEnded {
  if (proof.verdict !== 'holds' && !hasTried(state)) {
    const what = proof.verdict === 'fails' ? 'the proof fails' : 'it cannot be measured'
    return ended('failed', EXIT.refused, `nothing had to be changed, and yet ${what}: ${proof.why}`, [])
  }
  if (proof.verdict === 'fails') return ended('stands', EXIT.stands, proof.why, stands)
  if (proof.verdict === 'unknown') return ended('unmeasured', EXIT.unmeasured, proof.why, stands)
  const left = plan.without.map(({ step, why }) => `without "${step}": ${why}`)
  const degraded = [...proof.degraded, ...left]
  if (degraded.length > 0) return ended('degraded', EXIT.degraded, degraded.join('; '), stands)
  return ended(
    plan.kind === 'run' && !hasTried(state) ? 'already' : 'proven',
    EXIT.done,
    plan.target.given === '' ? proof.why : `${releaseName(plan.target)} is live: ${proof.why}`,
    stands,
  )
}

/** What was changed and is not taken back, one line each. Backups are meant to stay and do not count. */
export function whatStands(plan: Plan, state: RunState): string[] {
  return plan.steps.flatMap((step) => {
    const own = state.steps[step.id]
    if (own === undefined) return []
    const use = useInForce(step, own)
    return [...changesOf(step, use, state), ...callOf(step, use, state)]
  })
}

/** Whether an effect stands: in flight counts as unknown. */
export function whatIsApplied(effect: EffectState | undefined): 'no' | 'yes' | 'unknown' {
  if (effect === undefined) return 'no'
  return effect.inFlight ? 'unknown' : effect.applied
}

function changesOf(step: PlannedStep, use: PlannedUse, state: RunState): string[] {
  return use.changes.flatMap((change) => {
    const effect = state.steps[step.id]?.effects[change.effect]
    const applied = whatIsApplied(effect)
    if (applied === 'no' || change.onUndo === 'keep') return []
    if (applied === 'unknown') {
      return [
        `${change.surface.id}: may be ${change.toLabel} (was ${change.fromLabel}); ${whyUnknown(effect)}`,
      ]
    }
    return [`${change.surface.id}: ${change.toLabel} (was ${change.fromLabel})`]
  })
}

function callOf(step: PlannedStep, use: PlannedUse, state: RunState): string[] {
  const effect = use.call === undefined ? undefined : state.steps[step.id]?.effects[use.call.effect]
  const applied = whatIsApplied(effect)
  if (applied === 'no') return []
  return [
    `${step.id}: ${use.uses} ${applied === 'yes' ? 'was called' : `may have been called; ${whyUnknown(effect)}`}`,
  ]
}

function whyUnknown(effect: EffectState | undefined): string {
  if (effect !== undefined && wasEndedHalfWay(effect)) return 'it was ended half-way'
  return effect?.child !== undefined && !effect.inFlight ? 'its program still runs' : 'its answer was lost'
}

/** The last that is known of it: that we have ended the program that was doing it. */
export function wasEndedHalfWay({ halfWay, child }: EffectState): boolean {
  return halfWay === true && child === undefined
}

function ended(result: RunEnded['result'], exit: RunEnded['exit'], why: string, stands: string[]): RunEnded {
  return { type: 'run-ended', result, exit, why, stands }
}
