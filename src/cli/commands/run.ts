import type { ExitCode } from '../../core/exit.ts'
import type { PlanOutcome } from '../../core/plan/outcome.ts'
import type { Plan } from '../../core/plan/types.ts'
import type { Release } from '../../core/release.ts'
import { type Guide, guideOf } from '../../report/guide.ts'
import type { Session } from '../../runtime/types.ts'
import { carryOutPlan } from '../carry-out-plan.ts'
import type { Call } from '../catalog/types.ts'
import { chooseTarget } from '../choose-target.ts'
import { printDryRun } from '../dry-run.ts'
import { gate, type GateOptions, leadsNowhere } from '../gate.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import { type Caller, openForRun } from '../open-for-run.ts'
import { printRefusal } from '../refused.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { checkForce, keyValues, usageError } from '../usage.ts'
import { whileWaiting } from '../ui/waiting.ts'
import { withSession } from '../with-session.ts'

interface RunOptions extends RunbookOptions, GateOptions {
  plan?: string
  expect?: string
  without: string[]
  reason?: string
  force?: true
  /** `--no-bake`. */
  bake: boolean
  if?: 'rollback'
}

/** The options that a sealed plan has already decided. */
const DECIDED = ['target', 'runbook', 'env', 'procedure', 'reason', 'force', 'set', 'without', 'if'] as const

/** Plans, asks, changes, proves. */
export async function runRun(call: Call): Promise<ExitCode> {
  const options = call.options as unknown as RunOptions
  checkUsage(options)
  const answers = keyValues('--answer', options.answer)
  return withSession(call.output, async (session, interrupts) => {
    const made = await planOf(call, options, { session, interrupts, answers })
    if (made.kind === 'ended') return made.exit
    const { plan, already, guide, ...rest } = made
    if (options.dryRun === true) return printDryRun(plan, already, call.output, guide)
    // Nothing to agree to: what is there is only proven, with the same conditions as after a change.
    const yes = options.yes === true || already !== undefined
    const { output } = call
    const withoutBake = !options.bake
    return carryOutPlan({ ...rest, interrupts, output, plan, guide, yes, withoutBake, answers })
  })
}

type Made =
  | {
      kind: 'made'
      /** With the store that the plan names. */
      session: Session
      plan: Plan
      argv: string[]
      already?: string | undefined
      guide?: Guide | undefined
      plannedAt?: string | undefined
      offline?: string | undefined
    }
  | { kind: 'ended'; exit: ExitCode }

async function planOf(call: Call, options: RunOptions, at: Caller): Promise<Made> {
  const { output } = call
  const { interrupts } = at
  if (options.plan !== undefined) return planFromFile(call, options.plan, options, at)
  const runbook = await requireRunbook(options)
  const { procedureNamed } = await import('../../runtime/plan-ground.ts')
  const procedure = procedureNamed(runbook, options.procedure)
  await requireKnownAnswers(at.answers, { ...procedure, signals: runbook.signals })
  const gated = options.if === undefined ? undefined : await gate(call, options, at, { runbook, procedure })
  if (gated !== undefined && 'held' in gated) return { kind: 'ended', exit: gated.held }
  const { makePlan } = await import('../../runtime/make-plan.ts')
  const looksOnly = options.dryRun === true
  const { session, offline, value } = await openForRun(
    output,
    { ...runbook, runbook: runbook.path },
    at,
    looksOnly,
  )
  const named = options.target
  const target = named ?? (await chooseTarget({ session, interrupts, output, runbook, procedure }))
  const argv = named === undefined ? [...call.argv, '--target', target] : call.argv
  const { without, reason, force } = options
  const plannedWithout = (notTo: readonly Release[]): Promise<PlanOutcome> => {
    const making = makePlan(session, {
      runbook,
      procedure: procedure.name,
      target,
      notTo,
      without,
      reason,
      force,
      answers: at.answers,
      decision: gated?.decision,
    })
    return whileWaiting(output, 'looking at what is live everywhere', interrupts.orInterrupted(making))
  }
  let outcome = await plannedWithout([])
  // What was proven last is what the triggers speak of.
  if (gated !== undefined && outcome.kind === 'already' && target === 'last-proven')
    outcome = await plannedWithout([outcome.plan.target])
  if (gated !== undefined && outcome.kind === 'already') throw leadsNowhere(outcome.plan.target)
  if (outcome.kind === 'refused')
    return { kind: 'ended', exit: await printRefusal(outcome.refusal, argv, output) }
  return {
    kind: 'made',
    session,
    offline,
    plan: outcome.plan,
    argv,
    guide: guideOf(procedure, runbook),
    plannedAt: value,
    already: outcome.kind === 'already' ? outcome.why : undefined,
  }
}

async function planFromFile(call: Call, file: string, options: RunOptions, at: Caller): Promise<Made> {
  const { readPlanFile } = await import('../plan-file.ts')
  const plan = await readPlanFile(file, options.expect)
  await requireKnownAnswers(at.answers, plan)
  const { session, offline } = await openForRun(
    call.output,
    { ...plan, runbook: plan.runbook.path },
    at,
    options.dryRun === true,
  )
  return { kind: 'made', session, offline, plan, argv: call.argv }
}

function checkUsage(options: RunOptions): void {
  checkForce(options)
  if (options.sample !== undefined && options.if === undefined)
    throw usageError('--sample goes with --if', 'Add --if rollback, or leave it out.')
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
