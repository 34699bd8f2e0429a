import type { Check, Question, Target } from '../contract.ts'
import type { DecisionOnRecord } from '../conditions/verdict.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Bake, Capture, Retry, SecretRef, SignalDef, Statement, StoreDef, Verify } from '../model.ts'
import type { Release } from '../release.ts'
import type { Judged } from '../run/events.ts'

/** The version of the plan document; a reader refuses any other. */
export const PLAN_FORMAT = 1

/** Ordered changes and calls, sealed: what will be done, and what is there now. Holds no secret. */
export interface Plan {
  format: typeof PLAN_FORMAT
  kind: 'run' | 'undo'
  /** The id of the run that carries it out: `20261122-031500-7f3a`. */
  id: string
  /** UTC, fixed here, for names: `20261122-031500`. */
  stamp: string
  /** ISO 8601, UTC. */
  createdAt: string
  /** Version of the tool that made it. */
  tool: string
  service: string
  environment: string
  procedure: string
  reason?: string | undefined
  /** Who blocked the target, when and why, where a person goes there all the same (`--force`). */
  forced?: string | undefined
  /** For a run the release to return to; for an undo what ran before, as far as it is known. */
  target: Release
  /** What the live endpoint reported while planning; a dead service is evidence, not an obstacle. */
  live: LiveVersion
  /** The signal that said so: what was left out because of it is held against it once more. */
  liveSignal?: string | undefined
  /** ISO 8601, UTC: when that version was deployed; only where a baseline is of the time before, and it is known. */
  deployed?: string | undefined
  /** The signals as they were before anything was changed: why this is done. */
  evidence: { signal: string; value: string }[]
  /** What the triggers said beside it; absent where the runbook has none, and for an undo. */
  decision?: DecisionOnRecord | undefined
  /** What must hold before anything is changed; an undo has none. */
  guards?: PlannedGuard[] | undefined
  /** What is kept as evidence before the first change; an undo keeps none. */
  capture?: Capture[] | undefined
  runbook: { path: string; sha256: string; text: string }
  /** Two stores would mean two locks: resume and undo use the one of the plan. */
  store?: StoreDef | undefined
  secrets: Record<string, SecretRef>
  signals: Record<string, SignalDef>
  /** Steps left out by the person, and what that dropped with them. */
  without: LeftOut[]
  steps: PlannedStep[]
  verify?: Verify | undefined
  /** Watched once the run is proven; an undo has none. */
  bake?: Bake | undefined
  /** The proof of an undo of this plan, with `${target.…}` still in place: an undo has a target of its own. */
  undoVerify?: Verify | undefined
  onFailure: 'stop' | 'undo'
  /** Milliseconds. */
  deadline?: number | undefined
  limits: { decide?: number | undefined; execute?: number | undefined; verify?: number | undefined }
  /** The author's estimate, in milliseconds. */
  takes?: number | undefined
  /** Of an undo: the run that it takes back. */
  undoOf?: string | undefined
  /** Confirmations beyond the plan's own question: a conflict that would be overwritten. */
  confirmations: Confirmation[]
  /** `sha256:<hex>` over all the rest. */
  seal: string
}

export type LiveVersion = { release: Release } | { unknown: string } | { unasked: true }

/** A guard, and what it said when the plan was made. */
export interface PlannedGuard {
  id: string
  holds: Statement
  note?: string | undefined
  verdict: Judged
  words: string
  /** It did not hold, and a person goes on all the same (`--force`). */
  forced?: true | undefined
}

export interface LeftOut {
  step: string
  why: string
}

export interface Confirmation {
  /** The id for `--answer id=value`. */
  id: string
  question: Question
}

interface PlannedUse {
  uses: string
  kind: 'set' | 'call' | 'gate'
  /** Options with `${target.…}`, `${run.…}` and `${secrets.…}` still in place. */
  with: JsonObject
  changes: PlannedChange[]
  call?: PlannedCall | undefined
  question?: Question | undefined
  checks: Check[]
  /** What can happen between the last look and the write, where there is no compare-and-set. */
  window?: string | undefined
}

export interface PlannedStep extends PlannedUse {
  id: string
  /** Complete: the ids of the steps that it waits for. */
  needs: string[]
  /** Milliseconds. */
  timeout: number
  retry: Retry
  fallback?: PlannedUse | undefined
  verify?: Verify | undefined
  /** Nothing to do, and why. */
  skip?: string | undefined
}

export type { PlannedUse }

export interface PlannedChange extends Target<Json> {
  /** Names the effect within the run: `image:ghcr.io/acme/api:prod`. */
  effect: string
  role: 'prepare' | 'main'
  /** `already`: nothing to do on this surface; it still counts in the proof. */
  state: 'change' | 'already'
  reversible: true | { no: string }
  details: string[]
  /** What a person would type instead. */
  manual: string[]
}

export interface PlannedCall {
  effect: string
  repeat: 'harmless' | 'ask'
  /** It has a check of its own that tells whether it happened. */
  observable: boolean
  reversal: { how: 'again' } | { how: 'other' } | { how: 'none'; why: string }
  /** Take the call's own reversal instead of the call itself (only in an undo). */
  reversed?: boolean | undefined
  manual: string[]
}
