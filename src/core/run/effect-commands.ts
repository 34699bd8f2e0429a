import type { PlannedChange } from '../plan/types.ts'
import { type Command, fail, record, type Surroundings } from './command.ts'
import type { EffectState } from './effect-state.ts'
import { type StepContext, underway } from './step-context.ts'

// What is to be done next about the effects of one step.

/** Effects of one step at the same time. */
const AT_ONCE = 8
/** Milliseconds between two looks: short at first, then calm. */
const LOOK_FIRST = 250
const LOOK_LONGEST = 2000

/** Prepared changes first; the main ones only when every prepared one is reached. */
export function setCommands(context: StepContext): Command[] | 'settled' {
  for (const role of ['prepare', 'main'] as const) {
    const open = context.use.changes.filter(
      (change) =>
        change.role === role && change.state === 'change' && !isReached(context.own.effects[change.effect]),
    )
    if (open.length > 0)
      return boundStarts(
        open.flatMap((change) => changeCommands(context, change)),
        context,
      )
  }
  return 'settled'
}

/** A failure decides the step; else at most so many effects at once. */
function boundStarts(commands: Command[], context: StepContext): Command[] {
  const failed = commands.find((command) => command.do === 'record')
  if (failed !== undefined) return [failed]
  const room = Math.max(0, AT_ONCE - underway(context).length)
  const starts = commands.filter((command) => command.do === 'apply').slice(0, room)
  return [...commands.filter((command) => command.do !== 'apply'), ...starts]
}

function changeCommands(context: StepContext, change: PlannedChange): Command[] {
  const { step, own, around, stopping } = context
  if (around.underway.has(change.effect)) return []
  const effect = own.effects[change.effect]
  const look: Command = { do: 'look', step: step.id, use: own.use, effect: change.effect }
  if (effect === undefined || effect.attempts === 0) {
    return stopping === undefined
      ? [start(context, 'apply', change.effect, 1)]
      : [fail(step, `not done: ${stopping}`)]
  }
  if (effect.inFlight) return [whenDue(look, effect, around)]
  if (effect.applied === 'no' && effect.foreign !== true)
    return again(context, 'apply', change.effect, effect)
  if (effect.observed?.progress === 'failed') return [fail(step, effect.observed.words)]
  return [whenDue(look, effect, around)]
}

export function callCommands(context: StepContext): Command[] | 'settled' {
  const { step, own, use, around, stopping } = context
  const call = use.call
  if (call === undefined) return 'settled'
  if (around.underway.has(call.effect)) return []
  const effect = own.effects[call.effect]
  if (effect === undefined || effect.attempts === 0) {
    return stopping === undefined
      ? [start(context, 'call', call.effect, 1)]
      : [fail(step, `not done: ${stopping}`)]
  }
  if (effect.applied === 'yes' && !effect.inFlight) return 'settled'
  if (effect.applied === 'no' && !effect.inFlight) return again(context, 'call', call.effect, effect)
  // It may have happened: look where one can, repeat where that is harmless, else ask a person.
  if (call.observable && effect.observed === undefined)
    return [{ do: 'look', step: step.id, use: own.use, effect: call.effect }]
  if (call.repeat === 'harmless') return again(context, 'call', call.effect, effect)
  // While its program goes on, nobody can say what will have happened.
  if (stopping === undefined && effect.doubt !== 'unanswered' && effect.child === undefined)
    return [{ do: 'settle', step: step.id, use: own.use, effect: call.effect }]
  const words = effect.failure === undefined ? 'it was cut off' : sentence(effect)
  return [
    fail(
      step,
      `${words}; whether it happened is not known, and repeating it may do harm`,
      effect.failure?.cure,
    ),
  ]
}

/** After a try that was certainly not taken, or that may be repeated: once more, or the end of the step. */
function again(context: StepContext, kind: 'apply' | 'call', name: string, effect: EffectState): Command[] {
  const { step, around, stopping } = context
  // Without a failure it was cut off before its outcome, and a look has shown that nothing happened.
  const retryable = effect.failure?.retryable ?? true
  const more = effect.wanted === true || effect.failures < step.retry.attempts
  if (stopping === undefined && retryable && more) {
    const due = effect.retryAt ?? around.now
    return due > around.now ? [{ do: 'wait', until: due }] : [start(context, kind, name, effect.attempts + 1)]
  }
  const why =
    effect.failure === undefined && stopping !== undefined ? `not done: ${stopping}` : sentence(effect)
  if (stopping === undefined && mayFallBack(context)) {
    return [record({ type: 'fallback-chosen', step: step.id, why })]
  }
  return [fail(step, why, effect.failure?.cure)]
}

/**
 * Option B runs only when nothing of the first was applied but backups, which are meant to stay, and nothing of it goes
 * on that may still apply it.
 */
function mayFallBack({ step, own }: StepContext): boolean {
  if (step.fallback === undefined || own.use === 'fallback') return false
  const kept = new Set(step.changes.filter(({ onUndo }) => onUndo === 'keep').map(({ effect }) => effect))
  return Object.entries(own.effects).every(
    ([name, { applied, inFlight, child }]) =>
      child === undefined && (kept.has(name) || (applied === 'no' && !inFlight)),
  )
}

export function isReached(effect: EffectState | undefined): boolean {
  return (
    effect !== undefined &&
    !effect.inFlight &&
    (effect.applied === 'yes' || effect.foreign === true) &&
    effect.observed?.progress === 'reached'
  )
}

function whenDue(look: Command, effect: EffectState, { now }: Surroundings): Command {
  if (effect.observed === undefined) return look
  // The more often it was looked at, the calmer.
  const interval = Math.min(LOOK_LONGEST, LOOK_FIRST * 2 ** Math.min(effect.looks, 6))
  const due = effect.observed.at + interval
  return due > now ? { do: 'wait', until: due } : look
}

function start({ step, own }: StepContext, kind: 'apply' | 'call', effect: string, attempt: number): Command {
  return { do: kind, step: step.id, use: own.use, effect, attempt }
}

function sentence(effect: EffectState): string {
  const failure = effect.failure
  if (failure === undefined) return effect.observed?.words ?? 'it was cut off'
  return failure.found === undefined ? failure.message : `${failure.message}: ${failure.found}`
}
