import type { Release } from '../release.ts'
import { whatIsApplied } from '../run/conclude.ts'
import type { RunState } from '../run/state.ts'
import { allNeeds } from './needs.ts'
import type { LeftOut, Plan, PlannedChange, PlannedStep, PlannedUse } from './types.ts'

// Undo is a plan for the recorded former states: sets in reverse, each call again as soon as everything it needs is
// restored. Plainly reversing the list would redeploy before the tag is restored.

export interface UndoStep {
  step: PlannedStep
  /** The action that was really used, the first or its fallback. */
  use: PlannedUse
  role: 'restore' | 'call-again' | 'reverse-call'
  /** Changes to take back, for `restore`. */
  changes: PlannedChange[]
  needs: string[]
}

export interface UndoDraft {
  target: Release
  steps: UndoStep[]
  /** What cannot be taken back, and why. */
  left: LeftOut[]
}

/** What an undo of this run has to do, in order. */
export function draftUndo(plan: Plan, state: RunState): UndoDraft {
  const used = plan.steps.flatMap((step) => undoStepOf(step, state))
  const restores = used.filter(({ role }) => role !== 'call-again').reverse()
  const calls = used.filter((one) => one.role === 'call-again' && isWorthwhile(plan, one, restores))
  return {
    target: 'release' in plan.live ? plan.live.release : { given: '' },
    steps: [...inReverse(restores), ...afterTheirNeeds(plan, calls, restores)],
    left: leftBehind(plan, state),
  }
}

function undoStepOf(step: PlannedStep, state: RunState): UndoStep[] {
  const own = state.steps[step.id]
  if (own === undefined) return []
  const use = own.use === 'fallback' && step.fallback !== undefined ? step.fallback : step
  const changes = use.changes.filter(
    (change) => change.onUndo === 'restore' && whatIsApplied(own.effects[change.effect]) !== 'no',
  )
  if (changes.length > 0) return [{ step, use, role: 'restore', changes, needs: [] }]
  const called = use.call !== undefined && whatIsApplied(own.effects[use.call.effect]) !== 'no'
  if (!called || use.call === undefined || use.call.reversal.how === 'none') return []
  return [
    {
      step,
      use,
      role: use.call.reversal.how === 'other' ? 'reverse-call' : 'call-again',
      changes: [],
      needs: [],
    },
  ]
}

/** A call that served sets of which none is restored would only do once more what it did: a redeploy of the same. */
function isWorthwhile(plan: Plan, { step }: UndoStep, restores: UndoStep[]): boolean {
  const needed = allNeeds(plan.steps).get(step.id)
  const served = plan.steps.filter((other) => other.kind === 'set' && needed?.has(other.id) === true)
  return served.length === 0 || served.some((set) => restores.some((one) => one.step.id === set.id))
}

/** Whether the run left anything that an undo would take back, or would have to leave behind. */
export function leavesSomethingToUndo(plan: Plan, state: RunState): boolean {
  const { steps, left } = draftUndo(plan, state)
  return steps.length > 0 || left.length > 0
}

/** Each after the one before it: strictly the other way round. */
function inReverse(steps: UndoStep[]): UndoStep[] {
  return steps.map((one, index) => ({ ...one, needs: steps.slice(0, index).map(({ step }) => step.id) }))
}

/** A call goes again when all the sets it needed are restored, and the calls it needed have been made. */
function afterTheirNeeds(plan: Plan, calls: UndoStep[], restores: UndoStep[]): UndoStep[] {
  const needed = allNeeds(plan.steps)
  const present = new Set([...restores, ...calls].map(({ step }) => step.id))
  return calls.map((one) => ({
    ...one,
    needs: [...(needed.get(one.step.id) ?? [])].filter((id) => present.has(id)),
  }))
}

function leftBehind(plan: Plan, state: RunState): LeftOut[] {
  return plan.steps.flatMap((step) => {
    const own = state.steps[step.id]
    const use = own?.use === 'fallback' && step.fallback !== undefined ? step.fallback : step
    const call = use.call
    if (
      call === undefined ||
      call.reversal.how !== 'none' ||
      whatIsApplied(own?.effects[call.effect]) === 'no'
    )
      return []
    return [{ step: step.id, why: `cannot be taken back: ${call.reversal.why}` }]
  })
}
