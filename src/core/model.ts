import type { JsonObject } from './json.ts'

// A runbook after it was loaded and checked, with the variables of one environment and the inputs put in.
// Text may still hold `${target.…}`, `${run.…}` and `${secrets.…}`: those are bound late.

export interface Runbook {
  version: 1
  service: string
  /** Absolute path of the file, and its exact text: the plan embeds it. */
  path: string
  text: string
  environment: string
  vars: Record<string, string>
  inputs: Record<string, string>
  secrets: Record<string, SecretRef>
  store?: StoreDef | undefined
  /** Milliseconds from the start of the run to proven. */
  deadline?: number | undefined
  release: { live?: LiveDef | undefined; history?: HistoryDef | undefined }
  signals: Record<string, SignalDef>
  /** In the order of the file. */
  triggers: Trigger[]
  /** What speaks against a rollback, whatever the trigger. */
  unless: Unless[]
  /** Milliseconds that it may last. */
  maxDowntime?: { [Of in 'critical' | 'high' | 'medium']?: number | undefined } | undefined
  /** The signal that tells how long a fix without a rollback takes, in `ms` or `s`. */
  fixForward?: { signal: string } | undefined
  /** Of every procedure; each procedure may have more. */
  guards?: Guard[] | undefined
  /** Of every procedure; each procedure may have more. */
  capture?: Capture[] | undefined
  procedures: Procedure[]
}

/** Where runs, locks and versions live; absent: in a folder of the user. */
export type StoreDef =
  /** Starts at the folder of the runbook. */
  | { folder: string }
  /** A ref for every service and environment on a git remote: a url, or the name of a remote of the clone. */
  | { git: { remote: string; repository: string } }

export type SecretRef = { env: string } | { file: string } | { command: string[] }

interface LiveDef {
  /** Tells which version runs now. */
  signal: string
  /** The signal that tells when that was deployed. */
  deployed?: string | undefined
}

type HistoryDef =
  | { git: { repository: string; branch?: string | undefined; fetch?: boolean | undefined } }
  /** The candidates of the surfaces themselves (tags of the image, revisions of the Deployment); the default. */
  | { surfaces: true }

export interface SignalDef {
  /** `http`, `command` …: a registered source. */
  source: string
  with: JsonObject
  /** Milliseconds between two samples; default 5 s. */
  every?: number | undefined
  /** Milliseconds that its query looks back; `${window}` in it. */
  window?: number | undefined
  /** What is usual: limits such as `{ times: 5, of: baseline }` are read by it. */
  baseline?: Baseline | undefined
  /** What its number means; a limit such as `1%` or `500ms` is read in it. */
  unit?: 'ratio' | 'percent' | 'ms' | 's' | 'bytes' | 'count' | undefined
}

/** What a signal usually is: written down, or measured so many milliseconds ago. */
export interface Baseline {
  value?: string | number | undefined
  offset?: number | undefined
  /** Or in so many milliseconds before the version that is live was deployed. */
  before_deployment?: number | undefined
  /** It counts as no less than this. */
  floor?: string | number | undefined
}

/** `1%`, `500ms`, `3`, in the signal's unit; or by how much more than usual. */
export type Limit = string | number | { times: number; of: 'baseline' }

/** When it has to be decided whether to roll back. */
export interface Trigger {
  id: string
  severity: Severity
  when: Statement
  /** Rules that speak against a rollback: while one of them holds, this one does not count. */
  unless?: Statement | undefined
  /** Of a medium one: it counts as high when it has held for so many milliseconds. */
  rollbackAfter?: number | undefined
  /** For the person who reads it. */
  note?: string | undefined
}

/** What must hold before anything is changed. */
export interface Guard {
  id?: string | undefined
  holds: Statement
  /** Why it is asked for, for the person whom it refuses. */
  note?: string | undefined
}

/** What is kept as evidence before the first change, for whoever looks for the cause afterwards. */
export interface Capture {
  id: string
  /** `command`, `http` …: a registered source. */
  source: string
  with: JsonObject
  /** Milliseconds of its history, where the source keeps one. */
  over?: number | undefined
}

/** While it holds, no trigger of these severities counts: a fix is near, the feature is switched off already. */
export interface Unless {
  id: string
  when: Statement
  severities: readonly Severity[]
  /** For the person who reads it. */
  note?: string | undefined
}

export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** Conditions put together. */
export type Statement =
  | Condition
  | { all: Statement[]; burnRate?: BurnRate | undefined }
  | { any: Statement[] }
  | { not: Statement }

/** What the conditions of two windows come from: for people. */
interface BurnRate {
  signal: string
  /** `99.9%` */
  objective: string
  above: number
}

export interface Procedure {
  name: string
  useWhen?: string | undefined
  /** The author's estimate, in milliseconds. */
  takes?: number | undefined
  notes?: string | undefined
  links?: string[] | undefined
  onFailure: 'stop' | 'undo'
  /** Milliseconds per phase. */
  limits: { decide?: number | undefined; execute?: number | undefined; verify?: number | undefined }
  guards?: Guard[] | undefined
  capture?: Capture[] | undefined
  steps: Step[]
  verify?: Verify | undefined
  bake?: Bake | undefined
  /** Proof of an undo; without it, the conditions of `verify` that mention the target must hold and the others should. */
  undo?: { verify?: Verify | undefined } | undefined
}

export interface Step {
  id: string
  uses: string
  with: JsonObject
  /** Absent: waits for all steps above. */
  needs?: string[] | undefined
  /** Milliseconds from its first effect until it is settled; default 10 min. */
  timeout?: number | undefined
  retry?: Retry | undefined
  /** Option B: runs only when the first is observed not applied. */
  fallback?: { uses: string; with: JsonObject } | undefined
  verify?: Verify | undefined
}

export interface Retry {
  /** Tries in all, the first included. */
  attempts: number
  /** Milliseconds before the second try; doubles, with jitter, up to a minute. */
  backoff: number
}

/** Of a step that says nothing of it. */
export const DEFAULT_RETRY: Retry = { attempts: 3, backoff: 2000 }

/** Of a verify that says nothing of it, in milliseconds. */
export const DEFAULT_WITHIN = 5 * 60_000

export interface Verify {
  /** Milliseconds in which every `must` has to hold. */
  within: number
  must: Condition[]
  should: Condition[]
}

/** What is watched after a run was proven. */
export interface Bake {
  /** Milliseconds, those of `settle` included. */
  for: number
  /** Milliseconds in which nothing is judged yet: what is measured there still shows the incident. */
  settle: number
  /** One that fails breaches the bake. */
  must: Condition[]
  /** One that fails makes it degraded. */
  should: Condition[]
}

/** Nothing; that it is as if it were not asked; or that what is feared is so. */
export type Silence = 'unknown' | 'ignore' | 'breach'

/** Of several series: the condition holds when it does for one of them, or when it does for each. */
export type Together = 'any' | 'all'

/** A statement about a signal. All the predicates given must hold for a sample to count. */
export interface Condition {
  signal: string
  /** Where the signal has several series, instead of what its source says of them. */
  series?: Together | undefined
  /** Milliseconds that its query looks back, instead of the signal's. */
  window?: number | undefined
  passing?: boolean | undefined
  /** Compared as text: 1 is "1". */
  equals?: string | number | boolean | undefined
  /** This value, of this type. */
  is?: string | number | boolean | undefined
  /** A commit, in any of its spellings; may be `${target.sha}`. */
  same_commit?: string | undefined
  /** Strict, as `below`; `at_least` and `at_most` are not. */
  above?: Limit | undefined
  below?: Limit | undefined
  at_least?: Limit | undefined
  at_most?: Limit | undefined
  /** Both ends included. */
  between?: [Limit, Limit] | undefined
  /** A regular expression that the whole text must fit. */
  matches?: string | undefined
  /** Milliseconds that it must have held without a break. */
  for?: number | undefined
  /** So many samples must hold: of those of the last milliseconds, or of the last `of`. */
  count?: { atLeast: number; within?: number | undefined; of?: number | undefined } | undefined
  /** Milliseconds without any data, while the measuring system answers. */
  absent_for?: number | undefined
  /** Milliseconds that its value has been the same. */
  unchanged_for?: number | undefined
  /** By how much it is more than it was `over` milliseconds ago. */
  change?: { over: number; above?: Limit | undefined; below?: Limit | undefined } | undefined
  /** What it says when there is no data, and when the measuring system does not answer; default unknown. */
  no_data?: Silence | undefined
  on_error?: Silence | undefined
  /** Consecutive samples that must hold; default 1. */
  in_a_row?: number | undefined
  /** Take exactly this many samples and judge each. */
  samples?: number | undefined
  /** Milliseconds between two samples, instead of the signal's. */
  every?: number | undefined
  /** Milliseconds, instead of the verify's. */
  within?: number | undefined
}
