import type { Check } from '../core/contract.ts'
import type { LeftOut, Plan, PlannedChange, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { draftUndo, type UndoStep } from '../core/plan/undo.ts'
import { allDone } from '../core/run/all-done.ts'

// What a plan says about itself, for every form of report.

/** The words in brackets: how a line of the plan is known. */
const HOW_KNOWN: Record<Check['how'], string> = {
  server: '[server]',
  computed: '[computed]',
  'cannot-be-known': '[cannot be known before]',
}

/** A command of the team: nobody but the team knows what it does. */
const UNCHECKED = '[your command, unchecked]'

/** How a check is known, in brackets, and what it says: empty where the brackets say it all. */
export function checkWords(
  { how, what, note }: Check,
  { uses }: Pick<PlannedUse, 'uses'>,
): { how: string; says: string } {
  if (`[${note}]` === UNCHECKED) return { how: UNCHECKED, says: '' }
  const says = note === undefined ? what : `${what}: ${note}`
  return { how: how === 'computed' && uses.startsWith('command.') ? UNCHECKED : HOW_KNOWN[how], says }
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

/** What an undo of this plan would do when all of it is done, in its order. */
export function undoWords(plan: Plan): string[] {
  const { steps, left } = draftUndo(plan, allDone(plan))
  const kept = changesOf(plan).filter((change) => change.onUndo === 'keep')
  return [
    ...steps.flatMap(undoStepWords),
    ...left.map(leftWords),
    ...plan.steps.flatMap((step) => fallbackUndoWords(plan, step)),
    ...kept.map((change) => `leave ${change.surface.id} (backup)`),
  ]
}

/** Which of the two it will be is known only afterwards. */
function fallbackUndoWords(plan: Plan, { id, fallback, skip }: PlannedStep): string[] {
  if (fallback === undefined || skip !== undefined) return []
  const { steps, left } = draftUndo(plan, allDone(plan, [id]))
  const words = [
    ...steps.filter(({ step }) => step.id === id).flatMap(undoStepWords),
    ...left.filter(({ step }) => step === id).map(leftWords),
  ]
  return [
    `where ${id} had to use ${fallback.uses}: ${words.length === 0 ? 'take nothing of it back' : words.join(', ')}`,
  ]
}

function undoStepWords({ role, step, use, changes }: UndoStep): string[] {
  if (role === 'call-again' || use.call?.reversed === true) return [`call ${step.id} again`]
  if (role === 'reverse-call') return [`call the reversal of ${step.id}`]
  return changes.map((change) => `put ${change.surface.id} back to ${change.fromLabel}`)
}

function leftWords({ step, why }: LeftOut): string {
  return `leave ${step}: ${why}`
}

function usesOf(step: Plan['steps'][number]): PlannedUse[] {
  return step.fallback === undefined ? [step] : [step, step.fallback]
}
