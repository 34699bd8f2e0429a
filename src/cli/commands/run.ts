import { type DecisionOnRecord, onRecord } from '../../core/conditions/verdict.ts'
import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Procedure, Runbook } from '../../core/model.ts'
import type { PlanOutcome } from '../../core/plan/outcome.ts'
import type { Plan } from '../../core/plan/types.ts'
import { Problem } from '../../core/problem.ts'
import { type Release, releaseName } from '../../core/release.ts'
import { type Guide, guideOf } from '../../report/guide.ts'
import type { Session } from '../../runtime/types.ts'
import { carryOutPlan } from '../carry-out-plan.ts'
import type { Call } from '../catalog/types.ts'
import { chooseTarget } from '../choose-target.ts'
import { sameCommand } from '../command-line.ts'
import { printDryRun } from '../dry-run.ts'
import { interruption } from '../interrupts.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import type { Output } from '../output.ts'
import { type Caller, openForRun } from '../open-for-run.ts'
import { printRefusal } from '../refused.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { checkForce, keyValues, usageError } from '../usage.ts'
import { whileWaiting } from '../ui/waiting.ts'
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
  /** `--no-bake`. */
  bake: boolean
  yes?: true
  answer: string[]
  if?: 'rollback'
  sample?: string
}

/** How long `--if` samples where nothing is said. */
const USUAL_SAMPLE = '1m'

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
  if (options.if !== undefined && !output.interactive) {
    requireYesToday(call, options)
    await requireTargetToday(call, options, at, { runbook, procedure })
  }
  const gated = options.if === undefined ? undefined : await gate(runbook, options, at, output)
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

/** Where nobody can be asked: else a pipeline is refused in the incident, and only then. */
function requireYesToday({ argv }: Call, { yes, dryRun }: RunOptions): void {
  if (yes === true || dryRun === true) return
  throw new Problem({
    code: 'answer-needed',
    message: 'this may change things, and nobody can be asked here; nothing was changed',
    cure: `Pass --yes to go on without asking: ${sameCommand(argv, ['--yes'])}`,
    exit: EXIT.declined,
  })
}

/** To end with 0 would say that all is well, and nothing was done about it. */
function leadsNowhere(target: Release): Problem {
  return new Problem({
    code: 'already-there',
    message: `the triggers say to roll back, and ${releaseName(target)} is what runs: nothing was changed`,
    cure: 'name another version: rollback versions lists them',
    exit: EXIT.refused,
  })
}

/** Before anything is sampled: else a pipeline finds a slip of the pen in the incident. */
async function requireTargetToday(
  { output }: Call,
  { target }: RunOptions,
  at: Caller,
  { runbook, procedure }: { runbook: Runbook; procedure: Procedure },
): Promise<void> {
  const { requireTarget } = await import('../require-target.ts')
  const { session } = await openForRun(output, { ...runbook, runbook: runbook.path }, at, true)
  const { interrupts } = at
  const named = target ?? (await chooseTarget({ session, interrupts, output, runbook, procedure }))
  await interrupts.orInterrupted(requireTarget(session, runbook, procedure, named))
}

/** `--if rollback`: goes on only where the triggers say so; else the exit code that tells why not. */
async function gate(
  runbook: Runbook,
  options: RunOptions,
  { session, interrupts, answers }: Caller,
  output: Output,
): Promise<{ held: ExitCode } | { decision: DecisionOnRecord }> {
  const { sample = USUAL_SAMPLE, procedure } = options
  const { decideHere, tellDecision, typedOf } = await import('../decide-here.ts')
  const asking = { session, interrupts, output, sample, answers, procedure }
  const { decision, answers: given } = await decideHere(runbook, asking)
  const exit = await tellDecision(decision, runbook, output, 'progress', typedOf(options, given))
  if (decision.interrupted !== undefined) throw interruption(interrupts.signal)
  if (decision.verdict === 'rollback') return { decision: onRecord(decision) }
  const result = decision.verdict === 'hold' ? 'not-needed' : decision.verdict
  output.result(`Nothing was changed: the verdict is ${decision.verdict}.`)
  output.document({ type: 'result', result, exit, verdict: decision.verdict })
  return { held: exit }
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
