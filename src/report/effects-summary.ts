import type { Plan } from '../core/plan/types.ts'
import type { Line, RunEvent } from '../core/run/events.ts'
import type { EffectState } from '../core/run/effect-state.ts'
import type { RunState } from '../core/run/state.ts'
import { isoTime } from './iso-time.ts'

// What a run has changed and called, and what is known of it.

export interface EffectSummary {
  step: string
  name: string
  from?: string | undefined
  to?: string | undefined
  /** What is known about it. */
  state: 'done' | 'already' | 'not applied' | 'unknown' | 'not started'
  /** When it was first tried: ISO 8601, UTC. */
  started?: string | undefined
  /** What was said to each try that did not end well, in order; absent for one whose answer was lost. */
  failures: (string | undefined)[]
}

interface Effects {
  changes: EffectSummary[]
  calls: EffectSummary[]
}

export function effectsOf(plan: Plan, state: RunState, lines: readonly Line[]): Effects {
  const tries = triesOf(lines)
  return { changes: changesOf(plan, state, tries), calls: callsOf(plan, state, tries) }
}

function changesOf(plan: Plan, state: RunState, tries: Tries): EffectSummary[] {
  return plan.steps.flatMap((planned) => {
    const use = state.steps[planned.id]?.use === 'fallback' ? (planned.fallback ?? planned) : planned
    return use.changes.map((change) => ({
      step: planned.id,
      name: change.surface.id,
      from: change.fromLabel,
      to: change.toLabel,
      state:
        change.state === 'already'
          ? ('already' as const)
          : effectState(state.steps[planned.id]?.effects[change.effect]),
      ...triedOf(tries, planned.id, change.effect),
    }))
  })
}

function callsOf(plan: Plan, state: RunState, tries: Tries): EffectSummary[] {
  return plan.steps.flatMap((planned) => {
    const use = state.steps[planned.id]?.use === 'fallback' ? (planned.fallback ?? planned) : planned
    if (use.call === undefined || planned.skip !== undefined) return []
    const effect = state.steps[planned.id]?.effects[use.call.effect]
    const tried = triedOf(tries, planned.id, use.call.effect)
    return [{ step: planned.id, name: use.uses, state: effectState(effect), ...tried }]
  })
}

type Tried = { at: number; event: Extract<RunEvent, { type: 'intent' | 'outcome' }> }

/** Intents and outcomes, by step and effect. */
type Tries = ReadonlyMap<string, readonly Tried[]>

function triesOf(lines: readonly Line[]): Tries {
  const tried = lines.flatMap(({ at, event }): Tried[] =>
    event.type === 'intent' || event.type === 'outcome' ? [{ at, event }] : [],
  )
  return Map.groupBy(tried, ({ event }) => keyOf(event.step, event.effect))
}

function keyOf(step: string, effect: string): string {
  return `${step}\n${effect}`
}

/** A try that is followed by another one, or by nothing, has lost its answer. */
function triedOf(tries: Tries, step: string, effect: string): Pick<EffectSummary, 'started' | 'failures'> {
  const own = tries.get(keyOf(step, effect)) ?? []
  const failures = own.flatMap(({ event }, index) => {
    if (event.type === 'outcome') return event.ok ? [] : [event.failure.message]
    return own[index + 1]?.event.type === 'outcome' ? [] : [undefined]
  })
  return { started: isoTime(own[0]?.at), failures }
}

/** Changes and calls in the order in which they were tried; what was not comes last, as planned. */
export function effectsInOrder({ changes, calls }: Effects): EffectSummary[] {
  const startOf = ({ started }: EffectSummary): number =>
    started === undefined ? Number.MAX_VALUE : Date.parse(started)
  return [...changes, ...calls].sort((a, b) => startOf(a) - startOf(b))
}

/** A call is known by its step: several of one run may use the same platform. */
export function effectName({ step, name, from, to }: EffectSummary): string {
  return from === undefined && to === undefined ? `${step}: ${name}` : name
}

function effectState(effect: EffectState | undefined): EffectSummary['state'] {
  if (effect === undefined || effect.attempts === 0) return 'not started'
  if (effect.inFlight || effect.applied === 'unknown') return 'unknown'
  return effect.applied === 'yes' ? 'done' : 'not applied'
}
