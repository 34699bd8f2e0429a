import type { Release } from '../release.ts'
import { whatIsApplied } from '../run/conclude.ts'
import type { RunState, StepState } from '../run/state.ts'
import { useInForce } from '../run/use.ts'
import { mentionsTarget } from './bind.ts'
import { waitingFor } from './needs.ts'
import { inRunOrder } from './run-order.ts'
import { inUndoOrder } from './undo-order.ts'
import type { LeftOut, Plan, PlannedChange, PlannedStep, PlannedUse } from './types.ts'

// Undo is a plan for the recorded former states: what is taken back, what cannot be, and what is not worth doing.

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
  return {
    target: 'release' in plan.live ? plan.live.release : { given: '' },
    steps: inUndoOrder(plan, order, going),
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
