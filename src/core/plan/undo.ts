import type { Release } from '../release.ts'
import { whatIsApplied } from '../run/conclude.ts'
import type { RunState, StepState } from '../run/state.ts'
import { useInForce } from '../run/use.ts'
import { mentionsTarget } from './bind.ts'
import { directNeeds, waitingFor } from './needs.ts'
import { inRunOrder } from './run-order.ts'
import type { LeftOut, Plan, PlannedChange, PlannedStep, PlannedUse } from './types.ts'

// Undo is a plan for the recorded former states: sets in reverse, each call again as soon as everything it needs is
// restored, fences lifted last. Plainly reversing the list would redeploy before the tag is restored.

export interface UndoStep {
  /** Its name in the undo: that of the step, unless the step's fences are lifted apart from its changes. */
  id: string
  step: PlannedStep
  /** The action that was really used, the first or its fallback. */
  use: PlannedUse
  role: 'restore' | 'lift' | 'call-again' | 'reverse-call'
  /** Changes to take back, for `restore` and `lift`. */
  changes: PlannedChange[]
  needs: string[]
}

export interface UndoDraft {
  target: Release
  steps: UndoStep[]
  /** What cannot be taken back, and why. */
  left: LeftOut[]
  /** Calls that only served what is left out, and are left out with it. */
  dropped: string[]
}

/** What an undo of this run has to do, in order, without the steps that are left out. */
export function draftUndo(plan: Plan, state: RunState, without: readonly string[] = []): UndoDraft {
  const order = inRunOrder(plan.steps)
  const { wanted, going } = takenBack(plan, order, state, without)
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
  return {
    target: 'release' in plan.live ? plan.live.release : { given: '' },
    steps: [...first, ...inReverse(lifts, first)],
    left: order.flatMap((step) => leftBehind(step, state)),
    dropped: droppedFrom(wanted, going),
  }
}

/** What was applied and is wanted back, and of that what is worth doing; in the order of the run. */
function takenBack(
  plan: Plan,
  order: readonly PlannedStep[],
  state: RunState,
  without: readonly string[],
): { wanted: UndoStep[]; going: UndoStep[] } {
  const all = worthwhile(
    plan,
    order.flatMap((step) => undoStepsOf(plan, step, state)),
  )
  const left = new Set(without)
  const wanted = all.filter(({ step }) => !left.has(step.id))
  return { wanted, going: worthwhile(plan, wanted) }
}

function droppedFrom(wanted: UndoStep[], going: UndoStep[]): string[] {
  const kept = new Set(going)
  return wanted.filter((one) => !kept.has(one)).map(({ step }) => step.id)
}

function undoStepsOf(plan: Plan, step: PlannedStep, state: RunState): UndoStep[] {
  const own = state.steps[step.id]
  if (own === undefined) return []
  const use = useInForce(step, own)
  const base = { id: step.id, step, use, needs: [] }
  const changes = use.changes.filter(
    ({ onUndo, reversible, effect }) => onUndo === 'restore' && reversible === true && isApplied(own, effect),
  )
  if (changes.length > 0) return restoring(plan, base, changes)
  const { call } = use
  if (call === undefined || call.reversal.how === 'none' || !isApplied(own, call.effect)) return []
  return [{ ...base, role: call.reversal.how === 'other' ? 'reverse-call' : 'call-again', changes: [] }]
}

/** Fences are lifted when all the rest is done. An undo that is undone has them apart already, and is simply turned round. */
function restoring(
  plan: Plan,
  base: Omit<UndoStep, 'role' | 'changes'>,
  changes: PlannedChange[],
): UndoStep[] {
  if (plan.kind === 'undo') return [{ ...base, role: 'restore', changes }]
  const fences = changes.filter(({ role }) => role === 'prepare')
  const mains = changes.filter(({ role }) => role === 'main')
  const restore: UndoStep[] = mains.length === 0 ? [] : [{ ...base, role: 'restore', changes: mains }]
  if (fences.length === 0) return restore
  const id = restore.length === 0 ? base.id : `${base.id}~fence`
  return [...restore, { ...base, id, role: 'lift', changes: fences }]
}

function isApplied(own: StepState | undefined, effect: string): boolean {
  return whatIsApplied(own?.effects[effect]) !== 'no'
}

/**
 * A call that served sets of which none is restored would only do once more what it did: a redeploy of the same. Unless
 * it says itself which version it is about.
 */
function worthwhile(plan: Plan, steps: UndoStep[]): UndoStep[] {
  const restored = new Set(steps.filter(({ changes }) => changes.length > 0).map(({ step }) => step.id))
  const served = waitingFor(plan.steps, ({ kind }) => kind === 'set')
  const servedRestored = waitingFor(plan.steps, ({ id, kind }) => kind === 'set' && restored.has(id))
  return steps.filter(
    ({ role, step, use }) =>
      role !== 'call-again' ||
      mentionsTarget(use.with) ||
      !served.has(step.id) ||
      servedRestored.has(step.id),
  )
}

/** Whether the run left anything that an undo would take back, or would have to leave behind. */
export function leavesSomethingToUndo(plan: Plan, state: RunState): boolean {
  return (
    takenBack(plan, plan.steps, state, []).going.length > 0 ||
    plan.steps.some((step) => leftBehind(step, state).length > 0)
  )
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

function leftBehind(step: PlannedStep, state: RunState): LeftOut[] {
  const own = state.steps[step.id]
  const { changes, call } = useInForce(step, own)
  const whys = changes.flatMap(({ onUndo, reversible, effect, surface }) =>
    reversible === true || onUndo === 'keep' || !isApplied(own, effect)
      ? []
      : [`${surface.id} cannot be taken back: ${reversible.no}`],
  )
  if (call?.reversal.how === 'none' && isApplied(own, call.effect))
    whys.push(`cannot be taken back: ${call.reversal.why}`)
  return whys.map((why) => ({ step: step.id, why }))
}
