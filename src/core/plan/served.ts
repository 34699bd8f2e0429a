import type { Procedure } from '../model.ts'
import type { StepKinds } from './input.ts'
import { allNeeds } from './needs.ts'

/** Calls all of whose sets are left out: they only served those. */
export function servedOnly(procedure: Procedure, kinds: StepKinds, without: readonly string[]): string[] {
  const needs = allNeeds(procedure.steps)
  return procedure.steps
    .filter((step) => kinds[step.id] === 'call' && !without.includes(step.id))
    .filter((step) => {
      const sets = [...(needs.get(step.id) ?? [])].filter((id) => kinds[id] === 'set')
      return sets.length > 0 && sets.every((id) => without.includes(id))
    })
    .map((step) => step.id)
}
