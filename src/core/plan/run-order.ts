import { directNeeds, type Ordered } from './needs.ts'

/** The order in which steps can run: each after all that it needs, otherwise as they are listed. */
export function inRunOrder<Step extends Ordered>(steps: readonly Step[]): Step[] {
  const direct = directNeeds(steps)
  const byId = new Map(steps.map((step) => [step.id, step]))
  const ordered = new Set<Step>()
  const visited = new Set<string>()
  const visit = (step: Step | undefined): void => {
    if (step === undefined || visited.has(step.id)) return
    // Before descending: a cycle (refused by the loader) must not recurse for ever.
    visited.add(step.id)
    for (const need of direct.get(step.id) ?? []) visit(byId.get(need))
    ordered.add(step)
  }
  for (const step of steps) visit(step)
  return [...ordered]
}
