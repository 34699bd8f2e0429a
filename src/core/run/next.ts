import { formatDuration } from '../duration.ts'
import type { Plan, PlannedChange, PlannedStep, PlannedUse } from '../plan/types.ts'
import { conclude } from './conclude.ts'
import type { RunEvent, Use } from './events.ts'
import { frontierOf } from './frontier.ts'
import { clockOf, type EffectState, type RunState, type StepState } from './state.ts'
import { useInForce } from './use.ts'

// What is to be done next, decided from the plan and the state alone. The runtime carries the commands out,
// appends what came of them, and asks again.

export type Command =
  /** A decision that only has to be written down. */
  | { do: 'record'; event: RunEvent }
  | { do: 'apply' | 'call'; step: string; use: Use; effect: string; attempt: number }
  /** Look whether an effect has happened, and how far it is. */
  | { do: 'look'; step: string; use: Use; effect: string }
  | { do: 'ask'; step: string }
  /** Ask a person whether a call has happened that cannot be looked at. */
  | { do: 'settle'; step: string; use: Use; effect: string }
  | { do: 'verify-step'; step: string }
  | { do: 'prove' }
  | { do: 'wait'; until: number }

export interface Surroundings {
  now: number
  /** Without a person: past its deadline a run starts nothing new. */
  ci: boolean
  /** Effects that this process has under way. One in flight and not among them was cut off by a crash. */
  underway: ReadonlySet<string>
}

/** Effects of one step at the same time. */
const AT_ONCE = 8
/** Milliseconds between two looks: short at first, then calm. */
const LOOK_FIRST = 250
const LOOK_LONGEST = 2000

export function next(plan: Plan, state: RunState, around: Surroundings): Command[] {
  if (state.ended !== undefined) return []
  if (state.phase === undefined || state.phase === 'decide')
    return [record({ type: 'phase-started', phase: 'execute' })]
  if (deadlineJustPassed(plan, state, around)) {
    return [record({ type: 'deadline-passed', deadline: plan.deadline ?? 0 })]
  }
  if (state.phase === 'verify') {
    return state.proof === undefined ? [{ do: 'prove' }] : [record(conclude(plan, state))]
  }
  return execute(plan, state, around)
}

function execute(plan: Plan, state: RunState, around: Surroundings): Command[] {
  const frontier = frontierOf(plan, state)
  const failed = stepAt(plan, frontier.failed)
  const stopping = stopReason(failed, state, around)
  const commands = frontier.open(stopping === undefined).flatMap((place) => {
    const step = stepAt(plan, place)
    return step === undefined ? [] : stepCommands(state, step, around, stopping)
  })
  // A failure is written down before anything else is decided: nothing new is to begin beside it.
  const failure = commands.find(isFailure)
  if (failure !== undefined) return [failure]
  if (commands.length > 0) return commands
  if (frontier.isRunning) return []
  const open = stepAt(plan, frontier.unopened)
  // Past the deadline nothing new is started, but what is all done is still proven.
  if (failed !== undefined || (open !== undefined && stopping !== undefined))
    return [record(conclude(plan, state))]
  if (open !== undefined)
    return [fail(open, `it waits for ${open.needs.join(', ')}, and that can never be done`)]
  return [record({ type: 'phase-started', phase: 'verify' })]
}

function isFailure(command: Command): boolean {
  return command.do === 'record' && command.event.type === 'step-ended' && command.event.result === 'failed'
}

function stepAt(plan: Plan, place: number | undefined): PlannedStep | undefined {
  return place === undefined ? undefined : plan.steps[place]
}

/** Why nothing new is started. */
function stopReason(
  failed: PlannedStep | undefined,
  state: RunState,
  around: Surroundings,
): string | undefined {
  if (failed !== undefined) return `step "${failed.id}" failed`
  return state.deadlinePassed && around.ci ? 'the deadline has passed' : undefined
}

function deadlineJustPassed(plan: Plan, state: RunState, { now }: Surroundings): boolean {
  if (plan.deadline === undefined || state.started === undefined || state.deadlinePassed) return false
  return now > (state.since ?? state.started.at) + plan.deadline
}

// ---------------------------------------------------------------- one step

function stepCommands(
  state: RunState,
  step: PlannedStep,
  around: Surroundings,
  stopping: string | undefined,
): Command[] {
  const own = state.steps[step.id]
  if (own === undefined) return [begin(step)]
  const use = useInForce(step, own)
  const context = { step, own, use, around, stopping }
  const open = openCommands(context)
  if (open === 'settled') return step.verify === undefined ? [done(step)] : verifyCommands(context)
  // A person may take their time.
  if (open.some(({ do: what }) => what === 'settle' || what === 'ask')) return open
  const isLate = use.kind !== 'gate' && around.now >= clockOf(own) + step.timeout
  const commands = isLate ? [fail(step, timedOut(step, own))] : open
  // While something of the step is under way it does not end: the outcome would be lost, and an undo would meet it.
  return commands.some((command) => command.do === 'record') && underway(context).length > 0 ? [] : commands
}

function openCommands(context: Context): Command[] | 'settled' {
  const { kind } = context.use
  if (kind === 'gate') return gateCommands(context)
  return kind === 'set' ? setCommands(context) : callCommands(context)
}

/** Of the action in force; also what is about to write down that it begins. */
function underway({ use, around }: Context): string[] {
  const effects = [...use.changes, ...(use.call === undefined ? [] : [use.call])]
  return effects.flatMap(({ effect }) => (around.underway.has(effect) ? [effect] : []))
}

interface Context {
  step: PlannedStep
  own: StepState
  use: PlannedUse
  around: Surroundings
  stopping: string | undefined
}

function begin(step: PlannedStep): Command {
  return step.skip === undefined
    ? record({ type: 'step-started', step: step.id })
    : record({ type: 'step-ended', step: step.id, result: 'skipped', why: step.skip })
}

function gateCommands({ step, own, stopping }: Context): Command[] | 'settled' {
  if (own.answer === undefined)
    return stopping === undefined ? [{ do: 'ask', step: step.id }] : [fail(step, `not asked: ${stopping}`)]
  return own.answer.accepted ? 'settled' : [fail(step, `declined with the answer "${own.answer.value}"`)]
}

function verifyCommands({ step, own }: Context): Command[] {
  if (own.verified === undefined) return [{ do: 'verify-step', step: step.id }]
  if (own.verified.verdict === 'holds') return [done(step)]
  return [
    fail(
      step,
      `its verification ${own.verified.verdict === 'fails' ? 'fails' : 'could not be measured'}: ${own.verified.words}`,
    ),
  ]
}

// ---------------------------------------------------------------- effects

/** Prepared changes first; the main ones only when every prepared one is reached. */
function setCommands(context: Context): Command[] | 'settled' {
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
function boundStarts(commands: Command[], context: Context): Command[] {
  const failed = commands.find((command) => command.do === 'record')
  if (failed !== undefined) return [failed]
  const room = Math.max(0, AT_ONCE - underway(context).length)
  const starts = commands.filter((command) => command.do === 'apply').slice(0, room)
  return [...commands.filter((command) => command.do !== 'apply'), ...starts]
}

function changeCommands(context: Context, change: PlannedChange): Command[] {
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

function callCommands(context: Context): Command[] | 'settled' {
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
  if (stopping === undefined && effect.doubt !== 'unanswered')
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
function again(context: Context, kind: 'apply' | 'call', name: string, effect: EffectState): Command[] {
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

/** Option B runs only when nothing of the first was applied but backups, which are meant to stay. */
function mayFallBack({ step, own }: Context): boolean {
  if (step.fallback === undefined || own.use === 'fallback') return false
  const kept = new Set(step.changes.filter(({ onUndo }) => onUndo === 'keep').map(({ effect }) => effect))
  return Object.entries(own.effects).every(
    ([name, effect]) => kept.has(name) || (effect.applied === 'no' && !effect.inFlight),
  )
}

function isReached(effect: EffectState | undefined): boolean {
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

function start({ step, own }: Context, kind: 'apply' | 'call', effect: string, attempt: number): Command {
  return { do: kind, step: step.id, use: own.use, effect, attempt }
}

function sentence(effect: EffectState): string {
  const failure = effect.failure
  if (failure === undefined) return effect.observed?.words ?? 'it was cut off'
  return failure.found === undefined ? failure.message : `${failure.message}: ${failure.found}`
}

function timedOut(step: PlannedStep, own: StepState): string {
  const open = Object.values(own.effects).find((effect) => !isReached(effect))
  const last = open?.observed?.words ?? open?.failure?.message
  return `not settled after ${formatDuration(step.timeout)}${last === undefined ? '' : `; last seen: ${last}`}`
}

function done(step: PlannedStep): Command {
  return record({ type: 'step-ended', step: step.id, result: 'done' })
}

function fail(step: PlannedStep, why: string, cure?: string): Command {
  return record({ type: 'step-ended', step: step.id, result: 'failed', why, cure })
}

function record(event: RunEvent): Command {
  return { do: 'record', event }
}
