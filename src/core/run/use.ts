import type { PlannedStep, PlannedUse } from '../plan/types.ts'
import type { StepState } from './state.ts'

/** What a step does in this run: its first action, or its fallback from the moment it was chosen. */
export function useInForce(step: PlannedStep, own: Pick<StepState, 'use'> | undefined): PlannedUse {
  return own?.use === 'fallback' && step.fallback !== undefined ? step.fallback : step
}
