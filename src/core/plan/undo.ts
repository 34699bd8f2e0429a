import type { Release } from '../release.ts'
import { whatIsApplied } from '../run/conclude.ts'
import type { RunState, StepState } from '../run/state.ts'
import { useInForce } from '../run/use.ts'
import { mentionsTarget } from './bind.ts'
import { allNeeds } from './needs.ts'
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
  const all = worthwhile(
    plan,
    order.flatMap((step) => undoStepsOf(plan, step, state)),
  )
  const wanted = all.filter(({ step }) => !without.includes(step.id))
  const going = worthwhile(plan, wanted)
  const calls = going.filter(({ role }) => role === 'call-again')
  const lifts = going.filter(({ role }) => role === 'lift')
  const restores = going.filter(({ role }) => role === 'restore' || role === 'reverse-call')
  const inOrder = afterTheirNeeds(plan, calls, restores)
  const leading = inOrder.filter((call) => !call.needs.some((id) => restores.some((one) => one.id === id)))
  const trailing = inOrder.filter((call) => !leading.includes(call))
  const first = [...leading, ...afterLeading(plan, leading, inReverse(restores)), ...trailing]
  return {
    target: 'release' in plan.live ? plan.live.release : { given: '' },
    steps: [...first, ...inReverse(lifts, first)],
    left: order.flatMap((step) => leftBehind(step, state)),
    dropped: wanted.filter((one) => !going.includes(one)).map(({ step }) => step.id),
  }
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

function worthwhile(plan: Plan, steps: UndoStep[]): UndoStep[] {
  const restored = new Set(steps.filter(({ changes }) => changes.length > 0).map(({ step }) => step.id))
  return steps.filter((one) => one.role !== 'call-again' || isWorthwhile(plan, one, restored))
}

/**
 * A call that served sets of which none is restored would only do once more what it did: a redeploy of the same. Unless
 * it says itself which version it is about.
 */
function isWorthwhile(plan: Plan, { step, use }: UndoStep, restored: ReadonlySet<string>): boolean {
  if (mentionsTarget(use.with)) return true
  const needed = allNeeds(plan.steps).get(step.id)
  const served = plan.steps.filter((other) => other.kind === 'set' && needed?.has(other.id) === true)
  return served.length === 0 || served.some((set) => restored.has(set.id))
}

/** Whether the run left anything that an undo would take back, or would have to leave behind. */
export function leavesSomethingToUndo(plan: Plan, state: RunState): boolean {
  const { steps, left } = draftUndo(plan, state)
  return steps.length > 0 || left.length > 0
}

/** Strictly the other way round, each after the one before it. */
function inReverse(steps: UndoStep[], before: UndoStep[] = []): UndoStep[] {
  const ids = before.map(({ id }) => id)
  const turned = steps.toReversed()
  return turned.map((one, index) => ({
    ...one,
    needs: [...ids, ...turned.slice(0, index).map(({ id }) => id)],
  }))
}

/** A call goes again when all the sets it needed are restored, and the calls it needed have been made. */
function afterTheirNeeds(plan: Plan, calls: UndoStep[], restores: UndoStep[]): UndoStep[] {
  const needed = allNeeds(plan.steps)
  const present = new Set([...restores, ...calls].map(({ id }) => id))
  return calls.map((one) => ({
    ...one,
    needs: [...(needed.get(one.step.id) ?? [])].filter((id) => present.has(id)),
  }))
}

/**
 * A call that needed nothing of what is restored keeps its place before the sets that waited for it: what had to be
 * stopped before a change has to be stopped before it is taken back.
 */
function afterLeading(plan: Plan, leading: UndoStep[], restores: UndoStep[]): UndoStep[] {
  const needed = allNeeds(plan.steps)
  return restores.map((one) => {
    const waited = leading.filter(({ step }) => needed.get(one.step.id)?.has(step.id) === true)
    return { ...one, needs: [...waited.map(({ id }) => id), ...one.needs] }
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
