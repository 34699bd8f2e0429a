import type { ZodMiniType } from 'zod/mini'

import type { Json } from './json.ts'
import type { SignalDef, Together } from './model.ts'
import type { Candidate, Release } from './release.ts'

// What a platform gives, and the doors it is given. Every member says its unit, its errors and its source.

// ---------------------------------------------------------------- doors

export interface HttpRequest {
  method: string
  /** Absolute, http or https. */
  url: string
  headers?: Record<string, string> | undefined
  body?: string | Uint8Array | undefined
  /** For the whole exchange, in milliseconds; default 30 s. */
  timeout?: number | undefined
  /** Longest body that is accepted, in bytes; default 4 MiB. A longer one is an error, never a cut text. */
  limit?: number | undefined
  /** Plain http to an address that is not loopback: only where the runbook opts in. */
  insecure?: boolean | undefined
  tls?: TlsOptions | undefined
  /** Declares a request that is not GET or HEAD to change nothing; the door checks the claim. */
  reads?: ReadClaim | undefined
}

export interface TlsOptions {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  servername?: string | undefined
  /** Only as far as a kubeconfig asks for it (`insecure-skip-tls-verify`). */
  skipVerify?: boolean | undefined
}

/** Requests other than GET and HEAD that change nothing. */
export type ReadClaim = 'token-exchange' | 'access-review' | 'server-dry-run' | 'probe'

export interface HttpResponse {
  status: number
  /** Lower-case names; repeated ones joined by a comma. */
  headers: Record<string, string>
  body: Uint8Array
  /** From the first byte sent to the last byte read, in milliseconds. */
  took: number
}

export interface CommandRequest {
  /** Program and arguments; never a shell string. */
  argv: readonly [string, ...string[]]
  /** Added to the small set of variables every child gets (PATH, HOME, LANG, TZ, TMPDIR …). */
  env?: Record<string, string> | undefined
  /** What of our environment it gets besides, by the beginnings of the names: `AWS_`. */
  inherit?: readonly string[] | undefined
  stdin?: string | undefined
  cwd?: string | undefined
  /** In milliseconds; the whole process group is killed after it. Default 60 s. */
  timeout?: number | undefined
  /** Longest output kept of each stream, in bytes; default 64 KiB, the rest is dropped and counted. */
  limit?: number | undefined
}

/** A process id is used again; together with the moment of its start it names one process. */
export interface ChildProcess {
  pid: number
  /** As the system tells it. */
  started: string
  /** When its time is over, in milliseconds since the epoch. */
  until: number
}

/** Told of the process before the program begins in it; when this throws, the program never begins. */
export type Began = (child: ChildProcess) => Promise<void>

export interface CommandResult {
  /** false: the program never ran, so it cannot have done anything. */
  started: boolean
  /** undefined when it ended by a signal or could not be started. */
  exitCode: number | undefined
  /** Why there is no exit code: `timed out after 60 s`, `not found`, `killed by SIGTERM`. */
  ended?: string | undefined
  /** Why we have ended it half-way, or tried to. */
  cut?: 'timed out' | 'interrupted' | undefined
  /** It could not be ended, and goes on. */
  stillRuns?: true | undefined
  stdout: string
  stderr: string
  /** Bytes of output that were dropped. */
  dropped: number
}

/** Looks, and changes nothing. */
export interface ReadDoor {
  /** GET, HEAD, and what `reads` declares; anything else throws. */
  http(request: HttpRequest): Promise<HttpResponse>
  /** Opens a stream of a GET (a watch); ends when `signal` aborts. */
  stream(request: HttpRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** A command that the runbook or the platform declares to only look: `check`, a credential helper, `git rev-parse`. */
  look(command: CommandRequest): Promise<CommandResult>
  /** A file's text; undefined when it does not exist. Throws when it cannot be read. */
  file(path: string): Promise<string | undefined>
  /** When a file was last written, in milliseconds since the epoch; undefined when it does not exist. Throws as `file` does. */
  written(path: string): Promise<number | undefined>
  env(name: string): string | undefined
  /** Milliseconds since the epoch. */
  now(): number
  sleep(milliseconds: number): Promise<void>
}

/** Changes things. Only `apply` and `call` are ever given one. */
export interface WriteDoor extends ReadDoor {
  send(request: HttpRequest): Promise<HttpResponse>
  /** With `began`, which the runtime gives: the program may outlive us, and its process is on record before it begins. */
  execute(command: CommandRequest, began?: Began): Promise<CommandResult>
}

// ---------------------------------------------------------------- surfaces

export interface Surface {
  /** Global, so that ownership is known across services: `ghcr.io/acme/api:prod`. */
  id: string
  /** `version` counts in the proof, `setting` does not. */
  kind: 'version' | 'setting'
  /** The platform's word for it, for tables: `image tag`, `Deployment`. */
  type: string
}

export type Seen<State> =
  | {
      status: 'present'
      state: State
      /** A few words for tables: `sha256:1a2b3c4d5e6f`, `revision 5, api:9f8e7d6`. */
      label: string
      /** How the last change goes, where that is no part of the state (a rollout). For `progress`; never compared. */
      progress?: { state: 'moving' | 'failed'; words: string } | undefined
    }
  | { status: 'absent' }
  /** Denied and unknown are different answers; `why` is a sentence. */
  | { status: 'denied' | 'unknown'; why: string; cure?: string | undefined }

export interface Reading<State> {
  surface: Surface
  seen: Seen<State>
  /** Somebody else's change is under way there: `rollout in progress (2 of 5 updated)`. Refuses the run. */
  busy?: string | undefined
  /** What would put it back by itself (`Argo CD application prod/api`). Refuses the run when it is not fenced. */
  ownedBy?: string | undefined
}

/** How a line of the plan is known. */
export interface Check {
  /** `write permission`, `target image exists`, `dry run`. */
  what: string
  /** The server said so, we worked it out, or it cannot be known before doing it. */
  how: 'server' | 'computed' | 'cannot-be-known'
  note?: string | undefined
}

/** Asked of `resolve`: a release (run), or a state recorded earlier (undo). */
export type Wanted<State> = { release: Release } | { state: State | null }

export interface Target<State> {
  surface: Surface
  /** null: it is to be absent. */
  from: State | null
  to: State | null
  fromLabel: string
  toLabel: string
  /** What undo does with it: put `from` back, or leave it (backups). */
  onUndo: 'restore' | 'keep'
}

export type Resolution<State> =
  | {
      kind: 'change'
      to: State | null
      toLabel: string
      /** Changes on other surfaces that come first: a backup tag, a fence. */
      prepare?: Target<State>[] | undefined
      /** false with the reason: a point of no return. */
      reversible: true | { no: string }
      checks: Check[]
      /** For people: a template diff, one line an element. */
      details?: string[] | undefined
    }
  | { kind: 'already'; checks: Check[] }
  | { kind: 'missing' | 'denied' | 'unknown'; why: string; cure?: string | undefined }

/** One surface from one state to another, as sealed in the plan. */
export type Change<State> = Target<State>

export type Progress = {
  state: 'reached' | 'moving' | 'failed'
  /** The platform's own words: `2 of 5 replicas updated`. */
  words: string
}

export type Receipt = Json

/** What is asked of a schema: zod's, in its usual or in its light form. */
export type Schema<T> = Pick<ZodMiniType<T>, '_zod' | '~standard' | 'parse' | 'safeParse'>

// ---------------------------------------------------------------- actions

/** Something with an observable state: a tag, a Deployment, a branch. */
export interface SetAction<Options, State> {
  kind: 'set'
  /** One line for the reference. */
  summary: string
  options: Schema<Options>
  /** Plain JSON by reference and hash, no literal secret. */
  state: Schema<State>
  facts: {
    /** The platform's compare-and-set, in words, or false. */
    compareAndSet: string | false
    /** What can happen between the last look and the write; printed in the plan where there is no compare-and-set. */
    window?: string | undefined
  }
  /** Every surface the options mean, with what is live. Never throws for what a platform answers. */
  surfaces(options: Options, read: ReadDoor): Promise<Reading<State>[]>
  /** Candidates, newest first. */
  versions?(options: Options, surface: Surface, read: ReadDoor): Promise<Candidate[]>
  resolve(
    options: Options,
    reading: Reading<State>,
    wanted: Wanted<State>,
    read: ReadDoor,
  ): Promise<Resolution<State>>
  /** Refuses (code `stale`) when the sealed fields of `from` are no longer live. Throws `EffectFailure`. */
  apply(options: Options, change: Change<State>, write: WriteDoor): Promise<Receipt>
  observe(options: Options, surface: Surface, read: ReadDoor): Promise<Seen<State>>
  /** States one after another as they change, until `signal` aborts; where the platform can tell by itself. */
  follow?(options: Options, surface: Surface, read: ReadDoor, signal: AbortSignal): AsyncIterable<Seen<State>>
  /** Whether two states agree in the fields that we change; without it, all fields count. */
  same?(a: State, b: State): boolean
  /** Content digests (`sha256:<hex>`) by which the version in this state is known elsewhere: a blocked one is found by them. */
  digests?(state: State): string[]
  progress(seen: Seen<State>, to: State | null, receipt?: Receipt): Progress
  /** The commands a person would type instead, one line each. Secrets are markers that `shellWord` prints as `"$NAME"`. */
  manual(options: Options, change: Change<State>): string[]
}

/** Something without a state that could be read back: a hook, a dispatch, a command. */
export interface CallAction<Options> {
  kind: 'call'
  summary: string
  options: Schema<Options>
  repeat(options: Options): 'harmless' | 'ask'
  /** Read-only: is all there that the call needs? Never throws for what a platform answers. */
  ready?(options: Options, read: ReadDoor): Promise<CallReadiness>
  /** `id` is the same for every try of one call. Throws `EffectFailure`. */
  call(options: Options, id: string, write: WriteDoor): Promise<Receipt>
  /** Where the call can be observed (`check`): has it happened? */
  find?(options: Options, read: ReadDoor): Promise<'done' | 'not-done' | 'unknown'>
  /** Whether these options give `find` something to look at. Asks nobody: a check that is silent today may answer later. */
  observable?(options: Options): boolean
  /** How an undo takes it back: the same call again, another call, or not at all. */
  reversal(
    options: Options,
  ): { how: 'again' } | { how: 'other'; options: Options } | { how: 'none'; why: string }
  manual(options: Options): string[]
}

export type CallReadiness =
  | { kind: 'ready'; checks: Check[]; done?: boolean | undefined }
  | { kind: 'missing' | 'denied' | 'unknown'; why: string; cure?: string | undefined }

/** A recorded answer of a person. */
export interface GateAction<Options> {
  kind: 'gate'
  summary: string
  options: Schema<Options>
  question(options: Options): Question
  manual(options: Options): string[]
}

export interface Question {
  text: string
  /** What lets the run go on; anything else declines it. `yes`, or a word that must be typed. */
  expects: string
}

export type Action = SetAction<unknown, unknown> | CallAction<unknown> | GateAction<unknown>

// ---------------------------------------------------------------- sources

export type Measurement =
  /** Oldest first. */
  | ({ kind: 'samples'; samples: Sample[] } & Told)
  /** Several at once, kept apart: each is judged by itself, over its own time. */
  | ({ kind: 'series'; judged: Together; series: SampledSeries[] } & Told)
  | ({ kind: 'no-data'; why: string } & Told)
  | { kind: 'unreachable'; why: string }

interface Told {
  /** It tells everything since then, in milliseconds since the epoch: a history. Absent: only what is now. */
  from?: number | undefined
}

/** One of several things that a source measures under one name: a region, a pod. */
export interface SampledSeries {
  /** What tells it from the others; the same whenever it is measured. */
  labels: Readonly<Record<string, string>>
  /** Oldest first; none where there is no value, such as 0 / 0. */
  samples: Sample[]
}

/** What of the past is wanted, where a source keeps one; the others measure now. */
export interface Period {
  /** Milliseconds before now from which on samples are wanted; absent: only now. */
  history?: number | undefined
  /** Milliseconds between two of them. */
  every?: number | undefined
  /** So many milliseconds ago instead of now: a baseline. */
  offset?: number | undefined
}

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number
  value: SampleValue
  /** For a probe: a failing sample (refused, timed out, 5xx, an expectation that does not hold), with the reason. */
  failing?: string | undefined
}

export type SampleValue = string | number | boolean | null

export interface Source<Options> {
  summary: string
  options: Schema<Options>
  /** Whether it can be asked about the past; else it is sampled. */
  keepsHistory?: boolean | undefined
  /** Where only a person knows it: `measure` then has nothing to tell by itself. */
  person?: PersonKnows<Options> | undefined
  measure(options: Options, read: ReadDoor, period?: Period): Promise<Measurement>
  /**
   * All that it answers, for the record, of a long text not more than so many bytes; absent where what it measures is all
   * there is. Throws a Problem where there is no answer.
   */
  capture?(options: Options, read: ReadDoor, limit: number): Promise<Captured>
}

/** A text of somebody else: it may hold anything, secrets included. */
export interface Captured {
  /** Where its beginning was dropped, it starts with a whole line. */
  text: string
  /** Bytes that were dropped. */
  dropped: number
  /** What is to be known about it: `exit code 1`. */
  note?: string | undefined
}

/** What a person is asked, and what an answer means. */
export interface PersonKnows<Options> {
  question(options: Options): string
  /** What can be answered, for people: words to be typed, or what they stand for. */
  answers(options: Options): readonly string[]
  /** Milliseconds that an answer counts. */
  expires(options: Options): number
  /** In the signal's unit; or why the text is no answer. */
  value(options: Options, answer: string, unit: SignalDef['unit']): SampleValue | { why: string }
}

// ---------------------------------------------------------------- platforms

/** A platform's manifest: cheap to import; the code comes when a step uses it. */
export interface Platform {
  /** Folder and first part of the names of its actions. */
  name: string
  summary: string
  actions: Record<string, Entry<Action>>
  sources?: Record<string, Entry<Source<unknown>>> | undefined
}

export interface Entry<Loaded extends { options: Schema<unknown> }> {
  load: () => Promise<Loaded>
  /** Its options alone, where that is less to load than the whole: checking a runbook asks for nothing else. */
  options?: (() => Promise<Loaded['options']>) | undefined
}
