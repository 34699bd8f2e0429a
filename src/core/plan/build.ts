import { alreadyWords, assemble, liveIs } from './assemble.ts'
import type { BuildInput } from './input.ts'
import type { PlanOutcome } from './outcome.ts'
import { nothingToChange, refusalOf, refusalReasons, unsettledReasons } from './refuse.ts'
import { hasWork } from './work.ts'

/** Decides what is to be done from what was seen; changes nothing and looks at nothing. */
export function buildPlan(input: BuildInput): PlanOutcome {
  const reasons = refusalReasons(input)
  if (reasons.length > 0) return { kind: 'refused', refusal: refusalOf(input, reasons) }

  const plan = assemble(input)
  const todo = plan.steps.filter((step) => step.skip === undefined && step.kind !== 'gate')
  if (todo.length > 0) return { kind: 'plan', plan }
  const unsettled = 'unasked' in input.live ? unsettledReasons(input) : []
  // With nothing to do, there is nothing either that could go on without these.
  if (unsettled.length > 0)
    return { kind: 'refused', refusal: { ...refusalOf(input, unsettled), without: undefined } }
  const known = 'unasked' in input.live ? plan.steps.some(hasWork) : liveIs(input.live, plan.target) === true
  if (known) {
    return { kind: 'already', plan, why: alreadyWords(input.live, plan.target) }
  }
  return { kind: 'refused', refusal: refusalOf(input, [nothingToChange(plan, input.live)]) }
}
