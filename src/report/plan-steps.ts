import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { hanging } from './layout.ts'
import type { Look } from './look.ts'
import { howKnown } from './plan-facts.ts'
import { brief, safeLine } from './safe-text.ts'

/** The steps of a plan in their order, each with what it does and how that is known. */
export function stepLines(plan: Plan, look: Look): string[] {
  return plan.steps.flatMap((step, index) => oneStep(step, index, plan, look))
}

function oneStep(step: PlannedStep, index: number, plan: Plan, look: Look): string[] {
  const waits = waitsFor(step, index, plan)
  const title = `  ${index + 1}. ${look.paint.strong(safeLine(step.id))}  ${safeLine(step.uses)}`
  const first = waits === '' ? title : `${title}  ${look.paint.faint(safeLine(waits))}`
  if (step.skip !== undefined)
    return [first, ...hanging('     ', `nothing to do: ${safeLine(step.skip)}`, look)]
  return [first, ...useLines(step, look), ...fallbackLines(step, look)]
}

/** Named only where it is not simply the step above. */
function waitsFor(step: PlannedStep, index: number, plan: Plan): string {
  const above = plan.steps.slice(0, index).map((one) => one.id)
  if (above.every((id) => step.needs.includes(id))) return ''
  return step.needs.length === 0 ? 'waits for nothing' : `waits for ${step.needs.join(', ')}`
}

function useLines(use: PlannedUse, look: Look): string[] {
  const effects = use.changes.flatMap((change) => {
    if (change.state === 'already')
      return hanging('     ', `${safeLine(change.surface.id)}: already ${brief(change.toLabel)}`, look)
    const verb = change.to === null ? 'remove' : change.from === null ? 'create' : 'set'
    const to = change.to === null ? '' : ` ${change.from === null ? 'as' : 'to'} ${change.toLabel}`
    const backup = change.onUndo === 'keep' ? ' (backup)' : ''
    return [
      ...hanging('     ', `${verb} ${safeLine(change.surface.id)}${brief(to)}${backup}`, look, 7),
      ...change.details.map((detail) => `       ${look.paint.faint(safeLine(detail))}`),
    ]
  })
  const call = use.call
  const called =
    call === undefined
      ? []
      : [
          `     call ${call.reversed === true ? 'its reversal' : 'once'}; it has no state that could be read back`,
        ]
  const asked =
    use.question === undefined ? [] : hanging('     ', `ask: ${safeLine(use.question.text)}`, look)
  const checks = use.checks.flatMap((check) => {
    const note = check.note === undefined ? '' : `: ${check.note}`
    return hanging(`     ${look.paint.faint(howKnown(check, use))} `, brief(check.what + note), look, 7)
  })
  return [...effects, ...called, ...asked, ...checks]
}

function fallbackLines(step: PlannedStep, look: Look): string[] {
  if (step.fallback === undefined) return []
  return [
    ...hanging('     ', `only when this is observed not applied: ${safeLine(step.fallback.uses)}`, look),
    ...useLines(step.fallback, look).map((line) => `  ${line}`),
  ]
}
