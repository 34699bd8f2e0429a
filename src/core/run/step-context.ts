import type { PlannedStep, PlannedUse } from '../plan/types.ts'
import type { Surroundings } from './command.ts'
import type { StepState } from './state.ts'

/** What is decided about one step from. */
export interface StepContext {
  step: PlannedStep
  own: StepState
  use: PlannedUse
  around: Surroundings
  stopping: string | undefined
}

/** Of the action in force; also what is about to write down that it begins. */
export function underway({ use, around }: StepContext): string[] {
  const effects = [...use.changes, ...(use.call === undefined ? [] : [use.call])]
  return effects.flatMap(({ effect }) => (around.underway.has(effect) ? [effect] : []))
}
