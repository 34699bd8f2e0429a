import { setTimeout as wait } from 'node:timers/promises'

import type { CallAction, Receipt, Seen, SetAction } from '../core/contract.ts'
import type { PlannedChange, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { ObservedProgress } from '../core/run/events.ts'
import { clockOf } from '../core/run/state.ts'
import { bindOptions } from './bind-options.ts'
import { callOptions } from './call-options.ts'
import type { Carrier } from './carrier.ts'
import { changeNamed, endsTheRun } from './effects.ts'
import { loadAction } from './load-action.ts'
import { sameState } from './same-state.ts'

// What a surface, or a call that can be observed, says after an effect.

export interface LookCommand {
  step: PlannedStep
  use: PlannedUse
  effect: string
}

/** Looks how far an effect is; where the platform can tell by itself, follows it until it is decided. */
export async function look(carrier: Carrier, command: LookCommand): Promise<void> {
  try {
    await lookOnce(carrier, command)
  } catch (error) {
    // Such as a secret that cannot be read any more: no reason to leave a run in the middle.
    if (!(error instanceof Problem) || endsTheRun(error)) throw error
    const { step, effect } = command
    await carrier.append({
      type: 'observed',
      step: step.id,
      effect,
      progress: 'unknown',
      words: sentenceOf(error),
    })
  }
}

async function lookOnce(carrier: Carrier, command: LookCommand): Promise<void> {
  const { step, use, effect } = command
  const action = await loadAction(use.uses)
  if (action.kind === 'call') return lookAtCall(carrier, command, action)
  if (action.kind !== 'set') throw new Error(`"${use.uses}" cannot be observed`)
  const options = await bindOptions(carrier.plan, carrier.secrets, action.options, use.with)
  const change = changeNamed(use, effect)
  const first = await observed(carrier, action, options, command, change)
  if (first !== 'moving' || action.follow === undefined) return
  await follow(carrier, action, options, { step, use, effect }, change)
}

async function observed(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  options: unknown,
  command: LookCommand,
  change: PlannedChange,
): Promise<ObservedProgress> {
  return tellSeen(carrier, action, command, change, await seenNow(carrier, action, options, change))
}

async function seenNow(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  options: unknown,
  change: PlannedChange,
): Promise<Seen<unknown>> {
  try {
    return await action.observe(options, change.surface, carrier.session.read)
  } catch (error) {
    if (error instanceof Problem) return { status: 'unknown', why: sentenceOf(error) }
    throw error
  }
}

async function tellSeen(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  { step, effect }: LookCommand,
  change: PlannedChange,
  seen: Seen<unknown>,
): Promise<ObservedProgress> {
  const known = carrier.state().steps[step.id]?.effects[effect]
  const { progress, words } = progressOf(action, change, seen, known?.applied === 'yes', known?.receipt)
  await carrier.append({ type: 'observed', step: step.id, effect, progress, words })
  return progress
}

function progressOf(
  action: SetAction<unknown, unknown>,
  change: PlannedChange,
  seen: Seen<unknown>,
  surelyApplied: boolean,
  receipt: Receipt | undefined,
): { progress: ObservedProgress; words: string } {
  if (seen.status === 'denied' || seen.status === 'unknown') return { progress: 'unknown', words: seen.why }
  if (!surelyApplied && isStill(action, change, seen))
    return { progress: 'not-applied', words: `still ${change.fromLabel}` }
  const { state, words } = action.progress(seen, change.to, receipt)
  return { progress: state, words }
}

function isStill(action: SetAction<unknown, unknown>, change: PlannedChange, seen: Seen<unknown>): boolean {
  if (seen.status !== 'present' && seen.status !== 'absent') return false
  return sameState(action, seen.status === 'present' ? seen.state : null, change.from)
}

async function follow(
  carrier: Carrier,
  action: SetAction<unknown, unknown>,
  options: unknown,
  command: LookCommand,
  change: PlannedChange,
): Promise<void> {
  const stop = new AbortController()
  const timer = watchdog(carrier, command, stop)
  try {
    for await (const seen of action.follow?.(options, change.surface, carrier.session.read, stop.signal) ??
      []) {
      const progress = await tellSeen(carrier, action, command, change, seen)
      if (progress !== 'moving') return
    }
  } catch (error) {
    // A watch that breaks off is no statement about the rollout: from here on it is looked at again and again instead.
    carrier.news(`the watch broke off (${sentenceOf(error)}); looking again`)
    await wait(500)
  } finally {
    clearInterval(timer)
    stop.abort()
  }
}

/** Ends the watch when the run is interrupted or the step's time is over. */
function watchdog(carrier: Carrier, { step }: LookCommand, stop: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    const own = carrier.state().steps[step.id]
    const since = own === undefined ? carrier.now() : clockOf(own)
    if (carrier.interrupted() || carrier.now() >= since + step.timeout) stop.abort()
  }, 250)
}

async function lookAtCall(
  carrier: Carrier,
  { step, use, effect }: LookCommand,
  action: CallAction<unknown>,
): Promise<void> {
  const options = callOptions(
    action,
    use,
    await bindOptions(carrier.plan, carrier.secrets, action.options, use.with),
  )
  const found = (await action.find?.(options, carrier.session.read)) ?? 'unknown'
  const progress = found === 'done' ? 'reached' : found === 'not-done' ? 'not-applied' : 'unknown'
  await carrier.append({
    type: 'observed',
    step: step.id,
    effect,
    progress,
    words: `its check says: ${found.replace('-', ' ')}`,
  })
}
