import { alreadyWords, assemble, liveIs } from './assemble.ts'
import { guardReasons } from './guards.ts'
import type { BuildInput } from './input.ts'
import type { PlanOutcome } from './outcome.ts'
import { blockedReasons, nothingToChange, refusalOf, refusalReasons, unsettledReasons } from './refuse.ts'
import { sealPlan } from './seal.ts'
import type { Plan } from './types.ts'
import { hasWork } from './work.ts'

/** Decides what is to be done from what was seen; changes nothing and looks at nothing. */
export function buildPlan(input: BuildInput): PlanOutcome {
  const reasons = [...blockedReasons(input), ...refusalReasons(input)]
  const guarded = guardReasons(input.guards)
  if (reasons.length > 0) return { kind: 'refused', refusal: refusalOf(input, [...reasons, ...guarded]) }

  const plan = assemble(input)
  const todo = plan.steps.filter((step) => step.skip === undefined && step.kind !== 'gate')
  if (todo.length > 0 && guarded.length > 0) return { kind: 'refused', refusal: refusalOf(input, guarded) }
  if (todo.length > 0) return { kind: 'plan', plan }
  const unsettled = 'unasked' in input.live ? unsettledReasons(input) : []
  // With nothing to do, there is nothing either that could go on without these.
  if (unsettled.length > 0)
    return { kind: 'refused', refusal: { ...refusalOf(input, unsettled), without: undefined } }
  const known = 'unasked' in input.live ? plan.steps.some(hasWork) : liveIs(input.live, plan.target) === true
  if (known) {
    return { kind: 'already', plan: withoutQuestions(plan), why: alreadyWords(input.live, plan.target) }
  }
  return { kind: 'refused', refusal: refusalOf(input, [nothingToChange(plan, input.live)]) }
}

/** Where nothing has to be changed, there is nothing to ask a person about. */
function withoutQuestions({ seal: _, ...plan }: Plan): Plan {
  const steps = plan.steps.map((step) =>
    step.kind === 'gate' ? { ...step, skip: 'nothing has to be changed' } : step,
  )
  return sealPlan({ ...plan, steps })
}
