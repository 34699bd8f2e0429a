import { resolve } from 'node:path'

import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Plan } from '../../core/plan/types.ts'
import { shellLine } from '../../core/shell.ts'
import { type Guide, guideOf } from '../../report/guide.ts'
import { planText } from '../../report/plan-text.ts'
import type { Session } from '../../runtime/types.ts'
import type { Call } from '../catalog/types.ts'
import type { Interrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { printRefusal } from '../refused.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { checkForce, usageError } from '../usage.ts'
import { whileWaiting } from '../ui/waiting.ts'
import { withSession } from '../with-session.ts'

interface PlanOptions extends RunbookOptions {
  target?: string
  procedure?: string
  without: string[]
  reason?: string
  force?: true
  out?: string
  manual?: true
}

/** Shows what a rollback would change; without a target, whether one could be made at all. Changes nothing. */
export async function runPlan(call: Call): Promise<ExitCode> {
  const options = call.options as unknown as PlanOptions
  const { target } = options
  checkForce(options)
  if (target !== undefined)
    return withSession(call.output, (session, interrupts) =>
      planTarget(call, { ...options, target }, session, interrupts),
    )
  for (const option of ['out', 'manual'] as const) {
    if (options[option] !== undefined)
      throw usageError(`--${option} needs a target`, 'Add --target <version>; `rollback plan` lists them.')
  }
  if (options.force === true) throw usageError('--force needs a target', 'Add --target <version>.')
  if (options.without.length > 0) throw usageError('--without needs a target', 'Add --target <version>.')
  return withSession(call.output, (session, interrupts) => checkReady(call, options, session, interrupts))
}

async function checkReady(
  { output }: Call,
  options: PlanOptions,
  outer: Session,
  interrupts: Interrupts,
): Promise<ExitCode> {
  const runbook = await requireRunbook(options)
  const { inStore } = await import('../../runtime/in-store.ts')
  const session = inStore(outer, runbook.store, runbook.path)
  const [{ procedureNamed }, { checkReadiness }, { isReady }, { readinessText }] = await Promise.all([
    import('../../runtime/plan-ground.ts'),
    import('../../runtime/readiness.ts'),
    import('../../report/readiness-items.ts'),
    import('../../report/readiness-text.ts'),
  ])
  const procedure = procedureNamed(runbook, options.procedure)
  const readiness = await whileWaiting(
    output,
    'looking at what is live everywhere',
    interrupts.orInterrupted(checkReadiness(session, runbook, procedure.name)),
  )
  const exit = isReady(readiness) ? EXIT.done : EXIT.refused
  const guide = guideOf(procedure, runbook)
  output.result(readinessText(readiness, guide, await output.resultLook()))
  output.document({ type: 'readiness', exit, ready: exit === EXIT.done, readiness, guide })
  return exit
}

async function planTarget(
  { argv, output }: Call,
  options: PlanOptions & { target: string },
  outer: Session,
  interrupts: Interrupts,
): Promise<ExitCode> {
  const { target, without, reason, force } = options
  const runbook = await requireRunbook(options)
  const { inStore } = await import('../../runtime/in-store.ts')
  const session = inStore(outer, runbook.store, runbook.path)
  const [{ procedureNamed }, { makePlan }] = await Promise.all([
    import('../../runtime/plan-ground.ts'),
    import('../../runtime/make-plan.ts'),
  ])
  const procedure = procedureNamed(runbook, options.procedure)
  const making = makePlan(session, { runbook, procedure: procedure.name, target, without, reason, force })
  const outcome = await whileWaiting(
    output,
    'looking at what is live everywhere',
    interrupts.orInterrupted(making),
  )
  if (outcome.kind === 'refused') return printRefusal(outcome.refusal, argv, output)

  const { plan } = outcome
  if (options.out !== undefined) await writeOut(options.out, plan)
  const sealed = options.out !== undefined
  const guide = guideOf(procedure, runbook)
  await printPlan(plan, { manual: options.manual === true, guide, sealed }, output)
  if (outcome.kind === 'already') output.result(`\nAlready there: ${outcome.why}.`)
  if (options.out !== undefined) printSealed(options.out, plan, output)
  const out = options.out === undefined ? undefined : resolve(options.out)
  const why = outcome.kind === 'already' ? outcome.why : undefined
  output.document({ type: 'plan', outcome: outcome.kind, exit: EXIT.done, why, out, guide, plan })
  return EXIT.done
}

/** The plan for people, or the script that a person would type. */
export async function printPlan(
  plan: Plan,
  { manual, guide, sealed }: { manual: boolean; guide?: Guide | undefined; sealed?: boolean | undefined },
  output: Output,
): Promise<void> {
  if (!manual) return output.result(planText(plan, await output.resultLook(), guide, { sealed }))
  const { manualScript } = await import('../../report/manual-script.ts')
  output.result(manualScript(plan))
}

async function writeOut(file: string, plan: Plan): Promise<void> {
  const { writePlanFile } = await import('../plan-file.ts')
  await writePlanFile(file, plan)
}

/** On stderr with a script on stdout in mind: `plan --manual --out plan.json > by-hand.sh`. */
function printSealed(file: string, plan: Plan, output: Output): void {
  output.progress(`\nWritten to ${file}, sealed as ${plan.seal}\nCarry out exactly this plan with:`)
  output.progress(`  ${shellLine(['rollback', 'run', '--plan', file, '--expect', plan.seal])}`)
}
