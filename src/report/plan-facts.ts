import type { Check } from '../core/contract.ts'
import type { Plan, PlannedChange, PlannedUse } from '../core/plan/types.ts'

// What a plan says about itself, for every form of report.

/** The words in brackets: how a line of the plan is known. */
const HOW_KNOWN: Record<Check['how'], string> = {
  server: '[server]',
  computed: '[computed]',
  'cannot-be-known': '[cannot be known before]',
}

/** A command of the team: nobody but the team knows what it does. */
const UNCHECKED = '[your command, unchecked]'

export function howKnown(check: Check, use: Pick<PlannedUse, 'uses'>): string {
  return check.how === 'computed' && use.uses.startsWith('command.') ? UNCHECKED : HOW_KNOWN[check.how]
}

/** Changes that the plan makes, those of a fallback not counted. */
export function changesOf(plan: Plan): PlannedChange[] {
  return plan.steps.flatMap((step) => step.changes).filter((change) => change.state === 'change')
}

/** What cannot be taken back, as sentences. */
export function pointsOfNoReturn(plan: Plan): string[] {
  return plan.steps.flatMap((step) =>
    usesOf(step).flatMap((use) => [
      ...use.changes
        .filter((change) => change.state === 'change')
        .flatMap((change) =>
          change.reversible === true ? [] : [`${step.id}: ${change.surface.id}: ${change.reversible.no}`],
        ),
      ...(use.call?.reversal.how === 'none' ? [`${step.id}: ${use.uses}: ${use.call.reversal.why}`] : []),
    ]),
  )
}

/** What may still happen between the last look and a write. */
export function windows(plan: Plan): string[] {
  return plan.steps
    .filter((step) => step.skip === undefined)
    .flatMap((step) =>
      usesOf(step).flatMap((use) =>
        use.window === undefined || use.changes.every((change) => change.state === 'already')
          ? []
          : [`${step.id}: no compare-and-set: ${use.window}`],
      ),
    )
}

/** What an undo of this plan would do, in its order: sets in reverse, calls again after them. */
export function undoWords(plan: Plan): string[] {
  const steps = plan.steps.filter((step) => step.skip === undefined).toReversed()
  const restored = steps.flatMap((step) =>
    step.changes
      .filter((change) => change.state === 'change' && change.onUndo === 'restore')
      .toReversed()
      .map((change) =>
        change.reversible === true
          ? `put ${change.surface.id} back to ${change.fromLabel}`
          : `leave ${change.surface.id}: ${change.reversible.no}`,
      ),
  )
  const calls = steps.toReversed().flatMap((step) => {
    const call = step.call
    if (call === undefined) return []
    if (call.reversal.how === 'none') return [`not take back ${step.id}: ${call.reversal.why}`]
    return [call.reversal.how === 'again' ? `call ${step.id} again` : `call the reversal of ${step.id}`]
  })
  const kept = changesOf(plan)
    .filter((change) => change.onUndo === 'keep')
    .map((change) => `leave ${change.surface.id} (backup)`)
  return [...restored, ...calls, ...kept]
}

function usesOf(step: Plan['steps'][number]): PlannedUse[] {
  return step.fallback === undefined ? [step] : [step, step.fallback]
}
