import type { Plan } from '../plan/types.ts'
import type { EffectState } from './effect-state.ts'
import { emptyState, type RunState, type StepState } from './state.ts'

const APPLIED: EffectState = { attempts: 1, failures: 0, inFlight: false, applied: 'yes', looks: 1 }

/** A run of this plan in which everything was applied; of the steps named, by their fallback. */
export function allDone(plan: Plan, byFallback: readonly string[] = []): RunState {
  const steps = plan.steps
    .filter((step) => step.skip === undefined)
    .map((step): [string, StepState] => {
      const fallback = byFallback.includes(step.id) ? step.fallback : undefined
      const { changes, call } = fallback ?? step
      const effects = [
        ...changes.filter(({ state }) => state === 'change').map(({ effect }) => effect),
        ...(call === undefined ? [] : [call.effect]),
      ]
      return [
        step.id,
        {
          status: 'done',
          startedAt: 0,
          use: fallback === undefined ? 'first' : 'fallback',
          effects: Object.fromEntries(effects.map((effect) => [effect, APPLIED])),
        },
      ]
    })
  return { ...emptyState(), steps: Object.fromEntries(steps) }
}
