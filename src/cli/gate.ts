import { type DecisionOnRecord, onRecord } from '../core/conditions/verdict.ts'
import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import { Problem } from '../core/problem.ts'
import { type Release, releaseName } from '../core/release.ts'
import { nobodyToAsk } from './agree.ts'
import type { Call } from './catalog/types.ts'
import { chooseTarget } from './choose-target.ts'
import { interruption } from './interrupts.ts'
import { type Caller, openForRun } from './open-for-run.ts'
import type { RunbookOptions } from './runbook.ts'

// `run --if rollback`: what the triggers say decides whether anything is done.

export interface GateOptions extends RunbookOptions {
  target?: string
  procedure?: string
  dryRun?: true
  yes?: true
  answer: string[]
  sample?: string
}

/** How long it samples where nothing is said. */
const USUAL_SAMPLE = '1m'

interface Meant {
  runbook: Runbook
  procedure: Procedure
}

/** Goes on only where the triggers say so; else the exit code that tells why not. */
export async function gate(
  call: Call,
  options: GateOptions,
  at: Caller,
  meant: Meant,
): Promise<{ held: ExitCode } | { decision: DecisionOnRecord }> {
  const { output } = call
  const { session, interrupts, answers } = at
  const { runbook } = meant
  if (!output.interactive) {
    requireYesToday(call, options)
    await requireTargetToday(call, options, at, meant)
  }
  const { sample = USUAL_SAMPLE, procedure } = options
  const { decideHere, tellDecision, typedOf } = await import('./decide-here.ts')
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

/** To end with 0 would say that all is well, and nothing was done about it. */
export function leadsNowhere(target: Release): Problem {
  return new Problem({
    code: 'already-there',
    message: `the triggers say to roll back, and ${releaseName(target)} is what runs: nothing was changed`,
    cure: 'name another version: rollback versions lists them',
    exit: EXIT.refused,
  })
}

/** Where nobody can be asked: else a pipeline is refused in the incident, and only then. */
function requireYesToday({ argv }: Call, { yes, dryRun }: GateOptions): void {
  if (yes !== true && dryRun !== true)
    throw nobodyToAsk('this may change things', argv, { asks: [], unchanged: 'nothing was changed' })
}

/** Before anything is sampled: else a pipeline finds a slip of the pen in the incident. */
async function requireTargetToday(
  { output }: Call,
  { target }: GateOptions,
  at: Caller,
  { runbook, procedure }: Meant,
): Promise<void> {
  const { requireTarget } = await import('./require-target.ts')
  const { session } = await openForRun(output, { ...runbook, runbook: runbook.path }, at, true)
  const { interrupts } = at
  const named = target ?? (await chooseTarget({ session, interrupts, output, runbook, procedure }))
  await interrupts.orInterrupted(requireTarget(session, runbook, procedure, named))
}
