import type { ExitCode } from '../../core/exit.ts'
import type { Plan } from '../../core/plan/types.ts'
import type { Guide } from '../../report/guide.ts'
import type { Session } from '../../runtime/types.ts'
import { carryOutPlan } from '../carry-out-plan.ts'
import type { Call } from '../catalog/types.ts'
import { chooseTarget } from '../choose-target.ts'
import { printDryRun } from '../dry-run.ts'
import type { Interrupts } from '../interrupts.ts'
import { printRefusal } from '../refused.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { checkForce, keyValues, usageError } from '../usage.ts'
import { withSession } from '../with-session.ts'

interface RunOptions extends RunbookOptions {
  target?: string
  plan?: string
  expect?: string
  procedure?: string
  without: string[]
  reason?: string
  force?: true
  dryRun?: true
  yes?: true
  answer: string[]
}

/** The options that a sealed plan has already decided. */
const DECIDED = ['target', 'runbook', 'env', 'procedure', 'reason', 'force', 'set', 'without'] as const

/** Plans, asks, changes, proves. */
export async function runRun(call: Call): Promise<ExitCode> {
  const options = call.options as unknown as RunOptions
  checkUsage(options)
  const answers = keyValues('--answer', options.answer)
  return withSession(call.output, async (session, interrupts) => {
    const made = await planOf(call, options, session, interrupts)
    if (made.kind === 'ended') return made.exit
    const { plan, argv, already, guide, plannedAt } = made
    if (options.dryRun === true) return printDryRun(plan, already, call.output, guide)
    // Nothing to agree to: what is there is only proven, with the same conditions as after a change.
    const yes = options.yes === true || already !== undefined
    const { output } = call
    return carryOutPlan({ session, interrupts, output, plan, guide, argv, yes, plannedAt, answers })
  })
}

type Made =
  | {
      kind: 'made'
      plan: Plan
      argv: string[]
      already?: string | undefined
      guide?: Guide | undefined
      plannedAt?: string | undefined
    }
  | { kind: 'ended'; exit: ExitCode }

async function planOf(
  call: Call,
  options: RunOptions,
  session: Session,
  interrupts: Interrupts,
): Promise<Made> {
  const { output } = call
  if (options.plan !== undefined) {
    const { readPlanFile } = await import('../plan-file.ts')
    return { kind: 'made', plan: await readPlanFile(options.plan, options.expect), argv: call.argv }
  }
  const runbook = await requireRunbook(options)
  const [{ procedureNamed }, { makePlan }, { requireFree }] = await Promise.all([
    import('../../runtime/plan-ground.ts'),
    import('../../runtime/make-plan.ts'),
    import('../../runtime/lock-run.ts'),
  ])
  const procedure = procedureNamed(runbook, options.procedure)
  const plannedAt = options.dryRun === true ? undefined : await requireFree(session, runbook)
  const named = options.target
  const target = named ?? (await chooseTarget({ session, interrupts, output, runbook, procedure }))
  const argv = named === undefined ? [...call.argv, '--target', target] : call.argv
  const { without, reason, force } = options
  const outcome = await interrupts.orInterrupted(
    makePlan(session, { runbook, procedure: procedure.name, target, without, reason, force }),
  )
  if (outcome.kind === 'refused')
    return { kind: 'ended', exit: await printRefusal(outcome.refusal, argv, output) }
  return {
    kind: 'made',
    plan: outcome.plan,
    argv,
    guide: procedure,
    plannedAt,
    already: outcome.kind === 'already' ? outcome.why : undefined,
  }
}

function checkUsage(options: RunOptions): void {
  checkForce(options)
  if (options.plan === undefined) {
    if (options.expect !== undefined)
      throw usageError('--expect is the seal of a plan file', 'Name the file with --plan FILE.')
    return
  }
  for (const name of DECIDED) {
    const value = options[name]
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw usageError(
        `--${name} cannot be combined with --plan`,
        'A sealed plan has decided it already; make another one with `rollback plan`.',
      )
  }
}
