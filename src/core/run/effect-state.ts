import { isPlainObject, type Json } from '../json.ts'
import type { Child, Failure, ObservedProgress, RunEvent } from './events.ts'

// What has become of one effect: how it was tried, and what that has shown.

export interface EffectState {
  attempts: number
  /** So many of them failed. One that was cut off does not count against what the step may try. */
  failures: number
  /** Intent without outcome: under way, or cut off by a crash. */
  inFlight: boolean
  /** Whether the platform has taken it. */
  applied: 'no' | 'yes' | 'unknown'
  /** The answer of a try was lost: that a later one is refused says nothing about that one. */
  lost?: boolean | undefined
  /** It was lost because we have ended the program that was doing it. */
  halfWay?: boolean | undefined
  /** Somebody else has made this very change: it is there, and it is not ours. */
  foreign?: boolean | undefined
  receipt?: Json | undefined
  failure?: Failure | undefined
  /** When the next try may start, in milliseconds since the epoch. */
  retryAt?: number | undefined
  observed?: { at: number; progress: ObservedProgress; words: string } | undefined
  /** How often it was looked at. */
  looks: number
  /** A program that was started for it, of which it is not known that it has ended. */
  child?: Child | undefined
  /** What came of asking a person whether it happened, since the run was started or resumed. */
  doubt?: 'settled' | 'unanswered' | undefined
  /** A person wants it once more, however often it was tried. */
  wanted?: boolean | undefined
}

export function newEffect(): EffectState {
  return { attempts: 0, failures: 0, inFlight: false, applied: 'no', looks: 0 }
}

export function lookedAtAnew(effect: EffectState): EffectState {
  const fresh = { ...effect, observed: undefined, looks: 0, doubt: undefined }
  // What the interruption itself made of it says nothing about trying again, nor about a fallback.
  return isInterrupted(effect.failure) ? { ...fresh, failure: undefined, retryAt: undefined } : fresh
}

export function afterOutcome(
  before: EffectState,
  event: Extract<RunEvent, { type: 'outcome' }>,
): EffectState {
  const { child, ...effect } = before
  if (event.ok) {
    // It was there before we came, and none of our own tries can have put it there: it is not ours to take back.
    const foreign = effect.attempts === 1 && isPlainObject(event.receipt) && event.receipt['already'] === true
    const applied = foreign ? 'no' : 'yes'
    return { ...effect, inFlight: false, applied, foreign, receipt: event.receipt, failure: undefined }
  }
  const lost = effect.lost === true || event.failure.applied === 'unknown'
  return {
    ...effect,
    inFlight: false,
    applied: lost ? 'unknown' : 'no',
    lost,
    halfWay: event.failure.program === 'half-way' || effect.halfWay,
    ...(event.failure.program === 'still-runs' ? { child } : {}),
    failures: effect.failures + (isInterrupted(event.failure) ? 0 : 1),
    failure: event.failure,
    retryAt: event.retryAt,
  }
}

/** Nothing was wrong with it: the person or CI stopped the run, or it was no longer for this process to go on with it. */
function isInterrupted(failure: Failure | undefined): boolean {
  return failure !== undefined && INTERRUPTIONS.has(failure.code)
}

const INTERRUPTIONS = new Set(['interrupted', 'lock-lost', 'lock-unreadable'])

/** A look settles what a lost answer left open. */
export function afterObservation(
  effect: EffectState,
  event: Extract<RunEvent, { type: 'observed' }>,
  at: number,
): EffectState {
  const observed = { at, progress: event.progress, words: event.words }
  const looks = effect.looks + 1
  if (event.progress === 'not-applied')
    return { ...effect, inFlight: false, applied: 'no', halfWay: false, foreign: false, observed, looks }
  if (event.progress === 'unknown') return { ...effect, observed, looks }
  return { ...effect, inFlight: false, applied: effect.foreign === true ? 'no' : 'yes', observed, looks }
}
