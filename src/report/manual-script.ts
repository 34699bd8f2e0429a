import { describeCondition } from '../core/conditions/describe.ts'
import { bindLate } from '../core/plan/bind.ts'
import type { Plan, PlannedStep } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import { safeLine } from './safe-text.ts'

/** What a person would type instead of the tool: a shell script that can be read, copied and run line by line. */
export function manualScript(plan: Plan): string {
  return [
    '#!/bin/sh',
    comment(`${plan.kind === 'undo' ? 'Undo' : 'Rollback'} by hand: ${plan.service}, ${plan.environment}`),
    comment(`Return to ${releaseName(plan.target)}. Made ${plan.createdAt} from ${plan.runbook.path}.`),
    comment('Secrets are variables: set them first. Read each line before you run it.'),
    'set -eu',
    ...plan.steps.flatMap((step, index) => stepScript(step, index)),
    ...proofScript(plan),
  ].join('\n')
}

function stepScript(step: PlannedStep, index: number): string[] {
  const title = comment(`${index + 1}. ${step.id} (${step.uses})`)
  if (step.skip !== undefined) return ['', title, comment(`Nothing to do: ${step.skip}`)]
  const changes = step.changes.flatMap((change) =>
    change.state === 'already'
      ? [comment(`${change.surface.id} is already ${change.toLabel}`)]
      : [comment(`${change.surface.id}: ${change.fromLabel} -> ${change.toLabel}`), ...change.manual],
  )
  const question = step.question === undefined ? [] : [comment(`Ask: ${step.question.text}`)]
  const fallback = step.fallback
  const other =
    fallback === undefined
      ? []
      : [
          comment(`Only when that was not applied, instead (${fallback.uses}):`),
          ...[...fallback.changes.flatMap((change) => change.manual), ...(fallback.call?.manual ?? [])].map(
            comment,
          ),
        ]
  return ['', title, ...question, ...changes, ...(step.call?.manual ?? []), ...other]
}

function proofScript(plan: Plan): string[] {
  const must = plan.verify?.must ?? []
  if (must.length === 0) return []
  return [
    '',
    comment('Then see that this holds:'),
    ...must.map((condition) => comment(`- ${describeCondition(bindLate(plan, condition))}`)),
  ]
}

/** One line, whatever is in the text: a comment must not turn into a command. */
function comment(text: string): string {
  return `# ${safeLine(text)}`
}
