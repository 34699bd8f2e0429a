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
  release: { live?: { signal: string } | undefined; history?: HistoryDef | undefined }
  signals: Record<string, SignalDef>
  /** In the order of the file. */
  procedures: Procedure[]
}

/** Where runs, locks and versions live; absent: in a folder of the user. */
export type StoreDef =
  /** Starts at the folder of the runbook. */
  | { folder: string }
  /** A ref for every service and environment on a git remote: a url, or the name of a remote of the clone. */
  | { git: { remote: string; repository: string } }

export type SecretRef = { env: string } | { file: string } | { command: string[] }

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
  /** What its number means; a limit such as `1%` or `500ms` is read in it. */
  unit?: 'ratio' | 'percent' | 'ms' | 's' | 'bytes' | 'count' | undefined
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
  steps: Step[]
  verify?: Verify | undefined
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

export interface Verify {
  /** Milliseconds in which every `must` has to hold. */
  within: number
  must: Condition[]
  should: Condition[]
}

/** A statement about a signal. All the predicates given must hold for a sample to count. */
export interface Condition {
  signal: string
  passing?: boolean | undefined
  equals?: string | number | boolean | undefined
  /** A commit, in any of its spellings; may be `${target.sha}`. */
  same_commit?: string | undefined
  below?: string | number | undefined
  /** Consecutive samples that must hold; default 1. */
  in_a_row?: number | undefined
  /** Take exactly this many samples and judge each. */
  samples?: number | undefined
  /** Milliseconds between two samples, instead of the signal's. */
  every?: number | undefined
  /** Milliseconds, instead of the verify's. */
  within?: number | undefined
}
