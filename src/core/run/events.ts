import type { DecisionOnRecord } from '../conditions/verdict.ts'
import type { ExitCode } from '../exit.ts'
import type { Json } from '../json.ts'
import type { Release } from '../release.ts'

/** The version of the journal's lines that is written. */
export const JOURNAL_FORMAT = 2

/** What can be read and continued; a reader refuses any other. 1 has no resumed runs and no children. */
export const READABLE_FORMATS: readonly unknown[] = [1, JOURNAL_FORMAT]

export interface Who {
  /** A user, or the CI's own identity: `ana`, `github:octocat`. */
  name: string
  host: string
  ci: boolean
}

export interface Failure {
  code: string
  message: string
  found?: string | undefined
  cure?: string | undefined
  /** Whether the platform may have taken it. */
  applied: 'no' | 'unknown'
  retryable: boolean
  /** Of the program that was doing it: we have ended it half-way, or it could not be ended and goes on. */
  program?: 'half-way' | 'still-runs' | undefined
}

export type Phase = 'decide' | 'execute' | 'verify'

/** What happened, in order; `fold` makes the state of a run of it. Times are milliseconds since the epoch. */
export type RunEvent =
  | {
      type: 'run-started'
      /** One of `READABLE_FORMATS`. */
      format: number
      id: string
      kind: 'run' | 'undo'
      seal: string
      service: string
      environment: string
      procedure: string
      target: Release
      by: Who
      reason?: string | undefined
      undoOf?: string | undefined
    }
  /** Another process goes on with a run that was interrupted or cut off. Nothing is repeated before it was looked at. */
  | { type: 'run-resumed'; by: Who }
  /** A signal's value before anything was changed: why this was done. */
  | { type: 'evidence'; signal: string; value: string }
  /** What the triggers said when the plan was made: why this is done, or that nothing speaks for it. */
  | { type: 'triggers-judged'; decision: DecisionOnRecord }
  /** What was kept as evidence on this machine, or why it was not. */
  | {
      type: 'captured'
      capture: string
      host: string
      /** Where it is; absent: nothing was kept. */
      file?: string | undefined
      bytes: number
      /** Bytes that were cut off. */
      dropped: number
      why?: string | undefined
    }
  /** What a guard said right before the first change; `forced`: a person went past it when the plan was made. */
  | {
      type: 'guard-judged'
      guard: string
      condition: string
      verdict: Judged
      words: string
      forced?: true | undefined
    }
  | { type: 'phase-started'; phase: Phase }
  | { type: 'step-started'; step: string }
  /** On disk before an effect. */
  | { type: 'intent'; step: string; effect: string; attempt: number; use: Use }
  /** On disk after it. */
  | { type: 'outcome'; step: string; effect: string; attempt: number; ok: true; receipt: Json }
  | {
      type: 'outcome'
      step: string
      effect: string
      attempt: number
      ok: false
      failure: Failure
      /** When the next try may start, jitter included. */
      retryAt: number
    }
  /** A program was started for an effect, and may outlive the process that started it. */
  | ({ type: 'child-started'; step: string; effect: string } & Child)
  /** After a crash it was seen to have ended, or was ended: `how` says which, for people. */
  | {
      type: 'child-gone'
      step: string
      effect: string
      pid: number
      how: string
      /** We have ended it. */
      halfWay?: true | undefined
    }
  /** A person says of a call that cannot be observed whether it happened; `again`: it did not, or may be repeated. */
  | { type: 'doubt-settled'; step: string; effect: string; answer: DoubtAnswer; by: Who }
  /** Nobody could say it. */
  | { type: 'doubt-unanswered'; step: string; effect: string }
  /** What a surface (or a call that can be observed) says after an effect. */
  | { type: 'observed'; step: string; effect: string; progress: ObservedProgress; words: string }
  | { type: 'question'; step: string; text: string }
  | { type: 'answer'; step: string; value: string; accepted: boolean; by: Who }
  /** The first action was observed not applied; from here on the step uses its fallback. */
  | { type: 'fallback-chosen'; step: string; why: string }
  | { type: 'step-verified'; step: string; verdict: Judged; words: string }
  | {
      type: 'step-ended'
      step: string
      result: 'done' | 'skipped' | 'failed'
      why?: string | undefined
      cure?: string | undefined
    }
  /** A person is asked what only they know of how things are now, and says it. */
  | { type: 'signal-asked'; signal: string; text: string }
  | { type: 'signal-answered'; signal: string; value: string; by: Who }
  | { type: 'condition-judged'; condition: string; role: 'must' | 'should'; verdict: Judged; words: string }
  | { type: 'surface-proven'; surface: string; verdict: Judged; words: string }
  | { type: 'proof'; verdict: Judged; degraded: string[]; why: string }
  | { type: 'deadline-passed'; deadline: number }
  | { type: 'interrupted'; signal: string }
  /** The shared store could not be reached, and a person chose to go on with what is here. */
  | { type: 'store-unreachable'; why: string; by: Who }
  /** What was kept here only has been sent to the shared store. */
  | { type: 'store-reached' }
  | {
      type: 'run-ended'
      result: RunResult
      exit: ExitCode
      why: string
      stands: string[]
      /** Runs that have changed what this one has proven, and could not prove it themselves; newest first. */
      completes?: string[] | undefined
      /** Who gave it up, where the result is `abandoned`. */
      by?: Who | undefined
    }
  // What is watched afterwards: with the questions of a bake, the only lines behind the end of a run. No lock is held.
  /** A process begins to watch, or goes on with it. */
  | ({ type: 'bake-started'; by: Who } & Watcher)
  /** What a condition says has changed. */
  | { type: 'bake-judged'; condition: string; role: 'must' | 'should'; verdict: Judged; words: string }
  /** It is still watched. */
  | { type: 'bake-watched'; words: string }
  /** The watching was stopped, and can be gone on with. */
  | { type: 'bake-stopped'; signal: string }
  /** All that is left is to ask a person, and nobody was there. */
  | { type: 'bake-unanswered'; why: string }
  | { type: 'bake-ended'; result: BakeResult; exit: ExitCode; why: string; by?: Who | undefined }

/** The process that watches a bake, as a `Child` is known. */
export interface Watcher {
  pid: number
  started: string
  host: string
}

export type BakeResult =
  /** Every condition has held, at every sample. */
  | 'held'
  /** A `should` has failed, or could not be measured. */
  | 'degraded'
  /** A `must` has failed. */
  | 'breached'
  /** No `must` has failed, and of one it is not known whether it holds. */
  | 'unmeasured'
  /** A later run, or an undo, has changed what was watched. */
  | 'replaced'
  /** A person wanted none, or gave it up. */
  | 'given-up'

/** How a bake ended. */
export type BakeEnded = Extract<RunEvent, { type: 'bake-ended' }>

/** How a run ended. */
export type RunEnded = Extract<RunEvent, { type: 'run-ended' }>

/** A program that was started for an effect. */
export interface Child {
  pid: number
  /** Identifies the process together with `pid`, which may be another's by now. */
  started: string
  host: string
  /** When its time limit ends, in milliseconds since the epoch. */
  until: number
}

export type DoubtAnswer = 'done' | 'again'

export type Use = 'first' | 'fallback'

/** `unknown`: it could not be looked at; `not-applied`: what was there before is still there. */
export type ObservedProgress = 'reached' | 'moving' | 'failed' | 'not-applied' | 'unknown'

export type Judged = 'holds' | 'fails' | 'unknown'

export type RunResult =
  /** The right version is live, and proven so. */
  | 'proven'
  /** Proven, but a `should` fails or a surface was left out by choice. */
  | 'degraded'
  | 'already'
  /** Stopped before anything was changed. */
  | 'refused'
  /** Stopped; nothing that was changed stands. */
  | 'failed'
  /** Stopped, or contradicted by the proof, and changes stand. */
  | 'stands'
  /** Changed, but it could not be measured whether it worked. */
  | 'unmeasured'
  | 'declined'
  | 'interrupted'
  /** Given up by a person, or taken over by an undo; what stands, stands. */
  | 'abandoned'

export interface Line {
  /** From 1, without gaps. */
  n: number
  at: number
  event: RunEvent
}
