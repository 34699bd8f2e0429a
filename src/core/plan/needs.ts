/** A step as far as its order goes. */
export interface Ordered {
  id: string
  needs?: string[] | undefined
}

/** The direct needs of every step, complete: one without `needs` waits for all above it. Steps that are not there drop out. */
export function directNeeds(steps: readonly Ordered[]): Map<string, string[]> {
  const present = new Set(steps.map((step) => step.id))
  return new Map(
    steps.map((step, index) => [
      step.id,
      step.needs === undefined
        ? steps.slice(0, index).map((above) => above.id)
        : step.needs.filter((id) => present.has(id)),
    ]),
  )
}

/** Everything a step waits for, at any distance. */
export function allNeeds(steps: readonly Ordered[]): Map<string, Set<string>> {
  const direct = directNeeds(steps)
  const all = new Map<string, Set<string>>()
  const collect = (id: string): Set<string> => {
    const known = all.get(id)
    if (known !== undefined) return known
    const found = new Set<string>()
    // Set before descending: a cycle (refused by the loader) must not recurse for ever.
    all.set(id, found)
    for (const need of direct.get(id) ?? []) {
      found.add(need)
      for (const further of collect(need)) found.add(further)
    }
    return found
  }
  for (const step of steps) collect(step.id)
  return all
}
