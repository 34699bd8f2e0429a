import type { PlannedStep } from '../plan/types.ts'
import type { RunEvent, Use } from './events.ts'

export type Command =
  /** A decision that only has to be written down. */
  | { do: 'record'; event: RunEvent }
  /** Keep what is to be kept as evidence. */
  | { do: 'capture' }
  /** Measure what must hold before anything is changed. */
  | { do: 'guard' }
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

export function done(step: PlannedStep): Command {
  return record({ type: 'step-ended', step: step.id, result: 'done' })
}

export function fail(step: PlannedStep, why: string, cure?: string): Command {
  return record({ type: 'step-ended', step: step.id, result: 'failed', why, cure })
}

export function record(event: RunEvent): Command {
  return { do: 'record', event }
}
