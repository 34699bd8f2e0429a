import type { Plan, PlannedChange, PlannedStep } from './types.ts'

// Found by name once for all events of a run: looking through all steps at each of them would make long plans quadratic.

interface Index {
  steps: Map<string, PlannedStep>
  changes: Map<string, PlannedChange>
}

/** A sealed plan does not change. */
const indexes = new WeakMap<Plan, Index>()

export function stepNamed(plan: Plan, id: string): PlannedStep | undefined {
  return indexOf(plan).steps.get(id)
}

/** Of a first action or a fallback; undefined for a call. */
export function changeNamed(plan: Plan, effect: string): PlannedChange | undefined {
  return indexOf(plan).changes.get(effect)
}

function indexOf(plan: Plan): Index {
  const known = indexes.get(plan)
  if (known !== undefined) return known
  const changes = plan.steps.flatMap((step) => [...step.changes, ...(step.fallback?.changes ?? [])])
  const index = {
    steps: new Map(plan.steps.map((step) => [step.id, step])),
    changes: new Map(changes.map((change) => [change.effect, change])),
  }
  indexes.set(plan, index)
  return index
}
