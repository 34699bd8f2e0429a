import { directNeeds, waitingFor } from './needs.ts'
import type { Plan, PlannedStep } from './types.ts'
import type { UndoStep } from './undo.ts'

// Sets in reverse, each call again as soon as everything it needs is restored, fences lifted last. Plainly reversing the
// list would redeploy before the tag is restored.

/** What is going to be done, each step with what it waits for; `order` is that of the run. */
export function inUndoOrder(
  plan: Plan,
  order: readonly PlannedStep[],
  going: readonly UndoStep[],
): UndoStep[] {
  const calls = going.filter(({ role }) => role === 'call-again')
  const lifts = going.filter(({ role }) => role === 'lift')
  const restores = going.filter(({ role }) => role === 'restore' || role === 'reverse-call')
  const trails = trailing(plan, restores)
  const inOrder = afterTheirNeeds(plan, order, calls, restores)
  const leading = inOrder.filter(({ step }) => !trails.has(step.id))
  const first = [
    ...leading,
    ...afterLeading(plan, leading, inReverse(restores)),
    ...inOrder.filter(({ step }) => trails.has(step.id)),
  ]
  return [...first, ...inReverse(lifts, first)]
}

/** Strictly the other way round, each after the one before it; the first after all of `before`. */
function inReverse(steps: UndoStep[], before: UndoStep[] = []): UndoStep[] {
  const turned = steps.toReversed()
  return turned.map((one, index) => {
    const last = turned[index - 1]
    return { ...one, needs: last === undefined ? before.map(({ id }) => id) : [last.id] }
  })
}

/** The ids of the steps that waited for one that is restored. */
function trailing(plan: Plan, restores: UndoStep[]): Set<string> {
  const restored = new Set(restores.map(({ id }) => id))
  return waitingFor(plan.steps, ({ id }) => restored.has(id))
}

/**
 * A call goes again when all the sets it needed are restored, and the calls it needed have been made. Of the sets the one
 * that ran first is named: it is restored last. Of the calls those that are met first on the way back.
 */
function afterTheirNeeds(
  plan: Plan,
  order: readonly PlannedStep[],
  calls: UndoStep[],
  restores: UndoStep[],
): UndoStep[] {
  const direct = directNeeds(plan.steps)
  const called = new Set(calls.map(({ id }) => id))
  const places = new Map(restores.map(({ id }, place) => [id, place]))
  const nearest = new Map<string, ReadonlySet<string>>()
  const earliest = new Map<string, number>()
  for (const { id } of order) {
    const needs = direct.get(id) ?? []
    const found = needs.map((need) => (called.has(need) ? new Set([need]) : nearest.get(need)))
    nearest.set(id, united(found))
    const first = needs.map((need) => Math.min(places.get(need) ?? Infinity, earliest.get(need) ?? Infinity))
    earliest.set(
      id,
      first.reduce((least, place) => Math.min(least, place), Infinity),
    )
  }
  return calls.map((one) => {
    const restored = restores[earliest.get(one.step.id) ?? Infinity]
    return {
      ...one,
      needs: [...(restored === undefined ? [] : [restored.id]), ...(nearest.get(one.step.id) ?? [])],
    }
  })
}

/** One set is passed on as it is: along a chain nothing is copied. */
function united(sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> {
  const filled = sets.filter((set) => set !== undefined && set.size > 0)
  const [only, ...others] = filled
  if (others.length === 0) return only ?? new Set()
  return new Set(filled.flatMap((set) => [...(set ?? [])]))
}

/**
 * A call that needed nothing of what is restored keeps its place before the sets that waited for it: what had to be
 * stopped before a change has to be stopped before it is taken back. What is found on the way from one set is not named
 * again: the following ones wait for that set.
 */
function afterLeading(plan: Plan, leading: UndoStep[], restores: UndoStep[]): UndoStep[] {
  const direct = directNeeds(plan.steps)
  const leads = new Set(leading.map(({ id }) => id))
  const visited = new Set<string>()
  return restores.map((one) => {
    const waited: string[] = []
    const open = [...(direct.get(one.step.id) ?? [])]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (visited.has(id)) continue
      visited.add(id)
      if (leads.has(id)) waited.push(id)
      else open.push(...(direct.get(id) ?? []))
    }
    return { ...one, needs: [...waited, ...one.needs] }
  })
}
