import type { Plan } from '../plan/types.ts'
import { whatIsApplied } from './conclude.ts'
import type { Child } from './events.ts'
import type { RunState } from './state.ts'
import { useInForce } from './use.ts'

/** A call of which only a person can say whether it happened. */
export interface Doubt {
  step: string
  effect: string
  uses: string
}

/**
 * The calls that a resume would have to ask a person about, so that the answer can be given beforehand
 * (`--answer <step>=done|again`). One that can be observed is among them when the last look said nothing.
 */
export function openDoubts(plan: Plan, state: RunState): Doubt[] {
  if (Object.values(state.steps).some(({ status }) => status === 'failed')) return []
  return plan.steps.flatMap((step) => {
    const own = state.steps[step.id]
    if (own?.status !== 'running') return []
    const { call, uses } = useInForce(step, own)
    const effect = call === undefined ? undefined : own.effects[call.effect]
    if (call === undefined || effect === undefined) return []
    const blind = !call.observable || effect.observed?.progress === 'unknown'
    const asks = call.repeat === 'ask' && blind && whatIsApplied(effect) === 'unknown'
    return asks ? [{ step: step.id, effect: call.effect, uses }] : []
  })
}

export interface LivingChild extends Child {
  step: string
  effect: string
}

/**
 * Programs that were started for effects and may still run. Before a run is resumed each must be seen to have ended, or
 * be ended (`child-gone`): what it was started for cannot be looked at while it is under way.
 */
export function livingChildren(state: RunState): LivingChild[] {
  return Object.entries(state.steps).flatMap(([step, { effects }]) =>
    Object.entries(effects).flatMap(([effect, { child }]) =>
      child === undefined ? [] : [{ step, effect, ...child }],
    ),
  )
}
