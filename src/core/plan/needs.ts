/** A step as far as its order goes. */
export interface Ordered {
  id: string
  needs?: readonly string[] | undefined
}

/**
 * What every step waits for. One without `needs` waits for all above it; of these only the ends are named, on which no
 * other step above waits: whoever waits for them waits for all. Naming every step would make a list of ten thousand
 * steps fifty million names long. Steps that are not there drop out.
 */
export function directNeeds(steps: readonly Ordered[]): Map<string, string[]> {
  const present = new Set(steps.map((step) => step.id))
  const ends = new Set<string>()
  return new Map(
    steps.map(({ id, needs }) => {
      const own = needs === undefined ? [...ends] : needs.filter((need) => present.has(need))
      for (const need of own) ends.delete(need)
      ends.add(id)
      return [id, own]
    }),
  )
}

/** The ids of the steps that wait for all above them. */
export function waitingForAllAbove(steps: readonly Ordered[]): Set<string> {
  const direct = directNeeds(steps)
  const ends = new Set<string>()
  const patient = new Set<string>()
  for (const { id } of steps) {
    const needs = new Set(direct.get(id))
    if (ends.size <= needs.size && [...ends].every((end) => needs.has(end))) patient.add(id)
    for (const need of needs) ends.delete(need)
    ends.add(id)
  }
  return patient
}

/** The ids of the steps that wait, at any distance, for one that matches. */
export function waitingFor<Step extends Ordered>(
  steps: readonly Step[],
  matches: (step: Step) => boolean,
): Set<string> {
  const dependents = dependentsOf(steps)
  const waiting = new Set<string>()
  const open = steps.filter(matches).map(({ id }) => id)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const dependent of dependents.get(id) ?? []) {
      if (waiting.has(dependent)) continue
      waiting.add(dependent)
      open.push(dependent)
    }
  }
  return waiting
}

function dependentsOf(steps: readonly Ordered[]): Map<string, string[]> {
  const dependents = new Map<string, string[]>(steps.map(({ id }) => [id, []]))
  for (const [id, needs] of directNeeds(steps)) for (const need of needs) dependents.get(need)?.push(id)
  return dependents
}
