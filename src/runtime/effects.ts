import type { Action, Receipt, SetAction } from '../core/contract.ts'
import type { Began, WriteDoor } from '../core/doors.ts'
import { EXIT } from '../core/exit.ts'
import type { PlannedChange, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { EffectFailure, Problem, sentenceOf } from '../core/problem.ts'
import type { Failure, RunEvent, Use } from '../core/run/events.ts'
import { bindOptions } from './bind-options.ts'
import { callOptions } from './call-options.ts'
import type { Carrier } from './carrier.ts'
import { failpoint } from './failpoint.ts'
import { loadAction } from './load-action.ts'
import { whereAmI } from './where.ts'

// Carries single commands out: intent on disk, effect, outcome on disk.

/** Longest wait before another try, in milliseconds. */
const LONGEST_BACKOFF = 60_000

export interface EffectCommand {
  step: PlannedStep
  use: PlannedUse
  which: Use
  effect: string
  attempt: number
}

export async function carryOutEffect(carrier: Carrier, command: EffectCommand): Promise<void> {
  const { step, use, effect, attempt } = command
  const action = await loadAction(use.uses)
  // Bound before the intent: what fails here has certainly not happened.
  const perform = await prepared(carrier, command, action)
  if (carrier.interrupted()) return
  const base = { step: step.id, effect, attempt }
  await carrier.append({ type: 'intent', ...base, use: command.which })
  let outcome: RunEvent
  let over: Problem | undefined
  try {
    if (perform instanceof Problem) throw perform
    if (carrier.interrupted()) throw interruptedBefore()
    await requireOwn(carrier)
    failpoint('effect-next')
    const receipt = await perform()
    failpoint('effect-done')
    outcome = { type: 'outcome', ...base, ok: true, receipt }
  } catch (error) {
    if (endsTheRun(error) && error.code === 'journal-failed') throw error
    // Not its own any more: then it has not begun.
    over = endsTheRun(error) ? error : undefined
    const failure = failureOf(over === undefined ? error : notStarted(over))
    outcome = { type: 'outcome', ...base, ok: false, failure, retryAt: retryAt(carrier, command, error) }
  }
  await carrier.append(outcome)
  if (over !== undefined) throw over
}

type Perform = () => Promise<Receipt>

/** Not about the effect: the run itself cannot go on. */
export function endsTheRun(error: unknown): error is Problem {
  return error instanceof Problem && RUN_OVER.has(error.code)
}

const RUN_OVER = new Set(['journal-failed', 'lock-lost', 'lock-unreadable'])

/** As late as can be. */
function requireOwn(carrier: Carrier): Promise<void> {
  return orLater(async () => {
    // Whoever goes on from another machine must know of it: what they have not heard of, they would not look for.
    await carrier.share()
    await carrier.own()
  })
}

/** A store that does not answer at the moment is a reason to try again, not to act. */
async function orLater(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Problem) || endsTheRun(error)) throw error
    const { code, message, found, cure } = error
    throw new EffectFailure({ code, message, found, cure, applied: 'no', retryable: true, cause: error })
  }
}

async function prepared(
  carrier: Carrier,
  command: EffectCommand,
  action: Action,
): Promise<Perform | Problem> {
  const { plan, secrets } = carrier
  const { use, effect } = command
  const write = writeDoorOf(carrier, command)
  try {
    if (action.kind === 'set') {
      const options = await bindOptions(plan, secrets, action.options, use.with)
      const change = changeNamed(use, effect)
      requireStates(action, change)
      return () => action.apply(options, change, write)
    }
    if (action.kind === 'call') {
      const options = callOptions(action, use, await bindOptions(plan, secrets, action.options, use.with))
      return () => action.call(options, `${plan.id}/${effect}`, write)
    }
  } catch (error) {
    if (error instanceof Problem) return notStarted(error)
    throw error
  }
  throw new Error(`"${use.uses}" has no effect to carry out`)
}

/** Programs that it starts may outlive us: each is on record before it begins, also for other machines. */
function writeDoorOf(carrier: Carrier, { step, effect }: EffectCommand): WriteDoor {
  const { write } = carrier.session
  const began: Began = async (child) => {
    await carrier.append({ type: 'child-started', step: step.id, effect, ...child, host: whereAmI() })
    await orLater(() => carrier.share())
  }
  return { ...write, execute: (command) => write.execute(command, began) }
}

/** A plan from a file, or of another version, may hold a state that this version would write as something else. */
function requireStates({ state }: SetAction<unknown, unknown>, { surface, from, to }: PlannedChange): void {
  for (const [end, value] of Object.entries({ from, to })) {
    const [issue] = value === null ? [] : (state.safeParse(value).error?.issues ?? [])
    if (issue === undefined) continue
    throw new Problem({
      code: 'state-unreadable',
      message: `the plan's state of ${surface.id} is not one that this version understands`,
      found: `${[end, ...issue.path].join('.')}: ${issue.message}`,
      cure: 'Make a new plan, or use the version of the tool that made this one',
      exit: EXIT.refused,
    })
  }
}

export function changeNamed(use: PlannedUse, effect: string): PlannedChange {
  const change = use.changes.find((one) => one.effect === effect)
  if (change === undefined) throw new Error(`the plan has no effect "${effect}"`)
  return change
}

function notStarted(error: Problem): EffectFailure {
  const { code, message, found, cure } = error
  return new EffectFailure({ code, message, found, cure, applied: 'no', retryable: false, cause: error })
}

/** Writing the intent down takes a moment, and nothing new starts after an interruption. */
function interruptedBefore(): EffectFailure {
  return new EffectFailure({
    code: 'interrupted',
    message: 'interrupted before it began',
    applied: 'no',
    retryable: true,
  })
}

function failureOf(error: unknown): Failure {
  if (error instanceof EffectFailure) {
    const { code, message, found, cure, applied, retryable, program } = error
    return { code, message, found, cure, applied, retryable, program }
  }
  // Whatever else was thrown says nothing about whether the effect happened.
  const cure = error instanceof Problem ? error.cure : undefined
  return { code: 'unexpected', message: sentenceOf(error), cure, applied: 'unknown', retryable: false }
}

/** Doubling, with full jitter, so that several runs do not knock at the same moment; the platform's own wish goes first. */
function retryAt(carrier: Carrier, { step, attempt }: EffectCommand, error: unknown): number {
  const wished = error instanceof EffectFailure ? error.retryAfter : undefined
  const longest = Math.min(LONGEST_BACKOFF, step.retry.backoff * 2 ** (attempt - 1))
  return Math.round(carrier.now() + (wished ?? longest / 2 + (Math.random() * longest) / 2))
}
