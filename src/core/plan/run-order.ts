import { directNeeds, type Ordered } from './needs.ts'

/** The order in which steps can run: each after all that it needs, otherwise as they are listed. */
export function inRunOrder<Step extends Ordered>(steps: readonly Step[]): Step[] {
  const direct = directNeeds(steps)
  const byId = new Map(steps.map((step) => [step.id, step]))
  const ordered = new Set<Step>()
  const visited = new Set<string>()
  /** From one step down to what it needs. Not by recursion: a chain may be longer than the stack is deep. */
  const trail: { step: Step; open: string[] }[] = []
  const enter = (id: string): void => {
    const step = byId.get(id)
    // Before descending: a cycle (refused by the loader) must not go on for ever.
    if (step === undefined || visited.has(id)) return
    visited.add(id)
    trail.push({ step, open: (direct.get(id) ?? []).toReversed() })
  }
  for (const { id } of steps) {
    enter(id)
    for (let last = trail.at(-1); last !== undefined; last = trail.at(-1)) {
      const need = last.open.pop()
      if (need !== undefined) enter(need)
      else ordered.add((trail.pop() ?? last).step)
    }
  }
  return [...ordered]
}
