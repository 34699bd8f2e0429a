import { waitingForAllAbove } from '../core/plan/needs.ts'
import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { cut, hanging } from './layout.ts'
import type { Look } from './look.ts'
import { checkWords } from './plan-facts.ts'
import { brief, safeLine } from './safe-text.ts'

const COMMAND_LINES = 2

/** The steps of a plan in their order, each with what it does and how that is known. */
export function stepLines(plan: Plan, look: Look): string[] {
  const patient = waitingForAllAbove(plan.steps)
  return plan.steps.flatMap((step, index) =>
    oneStep(step, index, patient.has(step.id) ? '' : waitsFor(step), look),
  )
}

/** `waits` is empty where it simply waits for all above. */
function oneStep(step: PlannedStep, index: number, waits: string, look: Look): string[] {
  const title = `${look.paint.strong(safeLine(step.id))}  ${safeLine(step.uses)}`
  const words = waits === '' ? title : `${title}  ${look.paint.faint(safeLine(waits))}`
  const first = hanging(`  ${index + 1}. `, words, look)
  if (step.skip !== undefined)
    return [...first, ...hanging('     ', `nothing to do: ${safeLine(step.skip)}`, look)]
  return [...first, ...useLines(step, look), ...fallbackLines(step, look)]
}

function waitsFor({ needs }: PlannedStep): string {
  return needs.length === 0 ? 'waits for nothing' : `waits for ${needs.join(', ')}`
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
          ...hanging(
            '     ',
            `call ${call.reversed === true ? 'its reversal' : 'once'}; it has no state that could be read back`,
            look,
            7,
          ),
          ...commandLines(use, call.manual, look),
        ]
  const asked =
    use.question === undefined ? [] : hanging('     ', `ask: ${safeLine(use.question.text)}`, look)
  const checks = use.checks.flatMap((check) => {
    const { how, says } = checkWords(check, use)
    const known = `     ${look.paint.faint(how)}`
    return says === '' ? [known] : hanging(`${known} `, brief(says), look, 7)
  })
  return [...effects, ...called, ...asked, ...checks]
}

/** What will be run, as a person would type it; a long script is cut, `--manual` has the whole. */
function commandLines({ uses }: PlannedUse, manual: readonly string[], look: Look): string[] {
  const command = brief(manual.filter((line) => !line.startsWith('#')).join(' && '))
  if (command === '') return []
  const lines = hanging(`     ${uses.startsWith('command.') ? 'runs' : 'as'}: `, command, look, 7)
  const kept = lines.slice(0, COMMAND_LINES).map((line) => cut(line, look.width - 1))
  const last = kept.at(-1) ?? ''
  const whole = lines.length === kept.length
  return whole || last.endsWith('…') ? kept : [...kept.slice(0, -1), `${cut(last, look.width - 2)} …`]
}

function fallbackLines(step: PlannedStep, look: Look): string[] {
  if (step.fallback === undefined) return []
  return [
    ...hanging('     ', `only when this is observed not applied: ${safeLine(step.fallback.uses)}`, look),
    ...useLines(step.fallback, look).map((line) => `  ${line}`),
  ]
}
