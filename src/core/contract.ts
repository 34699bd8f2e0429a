import type { ReadDoor, WriteDoor } from './doors.ts'
import type { Json } from './json.ts'
import type { Candidate, Release } from './release.ts'
import type { Schema } from './schema.ts'
import type { Source } from './source.ts'

// What a platform gives. Every member says its unit, its errors and its source.

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

// ---------------------------------------------------------------- platforms

/** A platform's manifest: cheap to import; the code comes when a step uses it. */
export interface Platform {
  /** Folder and first part of the names of its actions. */
  name: string
  summary: string
  actions: Record<string, Entry<Action>>
  sources?: Record<string, SourceEntry> | undefined
}

export interface SourceEntry extends Entry<Source<unknown>> {
  /** Whether samples of it, with these options, can fail: only of those `passing` and `failing` say something. */
  probes?: ((options: Readonly<Record<string, unknown>>) => boolean) | undefined
}

export interface Entry<Loaded extends { options: Schema<unknown> }> {
  load: () => Promise<Loaded>
  /** Its options alone, where that is less to load than the whole: checking a runbook asks for nothing else. */
  options?: (() => Promise<Loaded['options']>) | undefined
}
