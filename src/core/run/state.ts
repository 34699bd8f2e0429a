import { afterObservation, afterOutcome, type EffectState, lookedAtAnew, newEffect } from './effect-state.ts'
import type { Judged, Line, Phase, RunEnded, RunEvent, Use, Who } from './events.ts'

/** What a run has come to: nothing but the sum of its events. */
export interface RunState {
  started?: { at: number; by: Who } | undefined
  /** When the deadline began to count: at the start, or when the run was last resumed. */
  since?: number | undefined
  phase?: Phase | undefined
  phases: Partial<Record<Phase, { at: number }>>
  /** What the guards of the plan said, once each, since the run was started or resumed. */
  guards: { verdict: Judged; words: string }[]
  /** So many of what is to be kept as evidence was kept, or could not be. */
  captured: number
  steps: Record<string, StepState>
  /** The ids of steps, one each time that one of them began or ended. */
  turns: string[]
  proof?: { verdict: Judged; degraded: string[]; why: string } | undefined
  deadlinePassed: boolean
  interrupted?: string | undefined
  /** The shared store does not have all of it. */
  offline?: boolean | undefined
  ended?: RunEnded | undefined
}

export interface StepState {
  status: 'running' | 'done' | 'skipped' | 'failed'
  startedAt: number
  /** When its time limit began to count, where that is later: the run was resumed, or a person had to be asked. */
  since?: number | undefined
  use: Use
  effects: Record<string, EffectState>
  answer?: { value: string; accepted: boolean } | undefined
  verified?: { verdict: Judged; words: string } | undefined
  why?: string | undefined
  cure?: string | undefined
}

/** Whether an effect was at least about to begin. */
export function hasTried({ steps }: RunState): boolean {
  return Object.values(steps).some(({ effects }) => Object.keys(effects).length > 0)
}

/** Whether anything was changed, as far as that is known: a try that was certainly refused has changed nothing. */
export function mayHaveChanged({ steps }: RunState): boolean {
  return Object.values(steps).some(({ effects }) =>
    Object.values(effects).some(
      ({ applied, inFlight, child }) => applied !== 'no' || inFlight || child !== undefined,
    ),
  )
}

/** When the step's time limit began to count. */
export function clockOf(own: StepState): number {
  return own.since ?? own.startedAt
}

export function emptyState(): RunState {
  return { phases: {}, guards: [], captured: 0, steps: {}, turns: [], deadlinePassed: false }
}

export function fold(lines: readonly Line[]): RunState {
  const state = emptyState()
  for (const line of lines) advance(state, line)
  return state
}

/**
 * The state, one event further. A run owns its state, and it is changed in place: to copy what ten thousand steps have
 * come to at each of fifty thousand events takes minutes.
 */
export function advance(state: RunState, { at, event }: Line): RunState {
  switch (event.type) {
    case 'run-started':
      return Object.assign(state, { started: { at, by: event.by }, since: at })
    case 'run-resumed':
      return resumed(state, at)
    case 'captured':
      state.captured += 1
      return state
    case 'guard-judged':
      state.guards.push({ verdict: event.verdict, words: event.words })
      return state
    case 'phase-started':
      state.phase = event.phase
      state.phases[event.phase] = { at }
      return state
    case 'step-started':
      state.turns.push(event.step)
      return withStep(state, event.step, () => newStep(at))
    case 'step-ended':
      state.turns.push(event.step)
      return withStep(
        state,
        event.step,
        (step) => ({ ...step, status: event.result, why: event.why, cure: event.cure }),
        at,
      )
    case 'fallback-chosen':
      return withStep(state, event.step, (step) => ({ ...step, use: 'fallback' }))
    case 'step-verified':
      return withStep(state, event.step, (step) => ({
        ...step,
        verified: { verdict: event.verdict, words: event.words },
      }))
    case 'answer':
      return withStep(
        state,
        event.step,
        (step) => ({ ...step, answer: { value: event.value, accepted: event.accepted } }),
        at,
      )
    case 'intent':
      return withEffect(state, event, (effect) => ({
        ...effect,
        attempts: event.attempt,
        inFlight: true,
        lost: effect.inFlight || effect.lost,
        observed: undefined,
        wanted: undefined,
      }))
    case 'child-started': {
      const { pid, started, host, until } = event
      return withEffect(state, event, (effect) => ({ ...effect, child: { pid, started, host, until } }))
    }
    case 'child-gone':
      return withEffect(state, event, (effect) =>
        effect.child?.pid === event.pid
          ? { ...effect, child: undefined, halfWay: event.halfWay ?? effect.halfWay }
          : effect,
      )
    case 'doubt-settled':
      return afterAnswer(state, event, at)
    case 'doubt-unanswered':
      return withEffect(state, event, (effect) => ({ ...effect, doubt: 'unanswered' }))
    case 'outcome':
      return withEffect(state, event, (effect) => afterOutcome(effect, event))
    case 'observed':
      return withEffect(state, event, (effect) => afterObservation(effect, event, at))
    case 'proof':
      state.proof = { verdict: event.verdict, degraded: event.degraded, why: event.why }
      return state
    case 'deadline-passed':
      state.deadlinePassed = true
      return state
    case 'interrupted':
      state.interrupted = event.signal
      return state
    case 'store-unreachable':
      state.offline = true
      return state
    case 'store-reached':
      state.offline = false
      return state
    case 'run-ended':
      state.ended = event
      return state
    case 'evidence':
    case 'triggers-judged':
    case 'question':
    case 'signal-asked':
    case 'signal-answered':
    case 'condition-judged':
    case 'surface-proven':
    // The run itself has ended: see bake.ts.
    case 'bake-started':
    case 'bake-judged':
    case 'bake-watched':
    case 'bake-stopped':
    case 'bake-unanswered':
    case 'bake-ended':
      return state
  }
}

/** A new process goes on: clocks start again, and whatever is not done is looked at before anything is repeated. */
function resumed(state: RunState, at: number): RunState {
  state.guards = []
  // What was kept before a first try is of a time that is nearer to the incident.
  if (!hasTried(state)) state.captured = 0
  for (const step of Object.values(state.steps)) {
    if (step.status !== 'running') continue
    step.since = at
    step.verified = undefined
    for (const [name, effect] of Object.entries(step.effects)) step.effects[name] = lookedAtAnew(effect)
  }
  return Object.assign(state, {
    since: at,
    deadlinePassed: false,
    interrupted: undefined,
    // It was true of another hour.
    proof: undefined,
  })
}

function afterAnswer(
  state: RunState,
  event: Extract<RunEvent, { type: 'doubt-settled' }>,
  at: number,
): RunState {
  const settled = withEffect(state, event, (effect) => ({
    ...effect,
    inFlight: false,
    lost: false,
    halfWay: false,
    applied: event.answer === 'done' ? 'yes' : 'no',
    observed: undefined,
    failure: undefined,
    retryAt: undefined,
    doubt: 'settled',
    wanted: event.answer === 'again',
  }))
  // While a person thinks, a step does not use up its time.
  return withStep(settled, event.step, (step) => ({ ...step, since: at }))
}

function newStep(at: number): StepState {
  return { status: 'running', startedAt: at, use: 'first', effects: {} }
}

function withStep(state: RunState, id: string, change: (step: StepState) => StepState, at = 0): RunState {
  state.steps[id] = change(state.steps[id] ?? newStep(at))
  return state
}

function withEffect(
  state: RunState,
  { step, effect }: { step: string; effect: string },
  change: (effect: EffectState) => EffectState,
): RunState {
  const { effects } = (state.steps[step] ??= newStep(0))
  effects[effect] = change(effects[effect] ?? newEffect())
  return state
}
