import type { Procedure } from '../model.ts'
import type { StepKinds } from './input.ts'
import { waitingFor } from './needs.ts'

/** Calls all of whose sets are left out: they only served those. */
export function servedOnly(procedure: Procedure, kinds: StepKinds, without: readonly string[]): string[] {
  const left = new Set(without)
  const isSet = ({ id }: { id: string }): boolean => kinds[id] === 'set'
  const servesSets = waitingFor(procedure.steps, isSet)
  const servesMore = waitingFor(procedure.steps, (step) => isSet(step) && !left.has(step.id))
  return procedure.steps
    .map(({ id }) => id)
    .filter((id) => kinds[id] === 'call' && !left.has(id) && servesSets.has(id) && !servesMore.has(id))
}
