import type { Question } from '../core/contract.ts'
import type { ReadDoor, WriteDoor } from '../core/doors.ts'
import type { Runbook, SecretRef } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Line, RunEvent, Who } from '../core/run/events.ts'
import type { Release } from '../core/release.ts'
import type { People } from './asked-signal.ts'
import type { Secrets } from './secrets.ts'
import type { Board } from './store/board.ts'
import type { Pace } from './store/lock.ts'

/** What one invocation of the program works with: the doors, the secrets seen so far, the store. */
export interface Session {
  read: ReadDoor
  write: WriteDoor
  /** Takes every secret's value out of a text. All output goes through it. */
  redact(text: string): string
  /** Read through `read` where paths start elsewhere than at our own folder. */
  secretsOf(refs: Record<string, SecretRef>, read?: ReadDoor): Secrets
  store: Store
  /** Folder of what is kept on this machine, whatever store is used. */
  storeRoot(): string
  /** Folder for what can be fetched again. */
  cacheRoot(): string
  who: Who
  /** Ends the programs that carry effects out; what becomes of each is told to who has started it. */
  endEffects(): void
  close(): Promise<void>
}

/** Where runs live. */
export interface LateRuns {
  /** Ids. */
  list(): Promise<string[]>
  find(id: string): Promise<StoredRun>
  send(id: string): Promise<void>
  /** All that it says is where the others see it. */
  done(id: string): Promise<void>
}

export interface Store {
  /** For people: where it is. */
  place: string
  create(plan: Plan): Promise<RunLog>
  /** Goes on with a run in a segment of its own. Only for who holds the lock. */
  reopen(id: string): Promise<{ plan: Plan; lines: Line[]; log: RunLog }>
  /** What is shared about a service and environment: its lock, its versions. */
  board(service: string, environment: string): Board
  /** All that there are: surfaces are owned across services. */
  boards(): Promise<{ service: string; environment: string; board: Board }[]>
  /** Of the locks on its boards. */
  pace: Pace
  /** Whether a run has an end on record, or was never begun. */
  isOver(id: string): Promise<boolean>
  /** Of a store that machines share: what could not be sent when it was written. */
  late?: LateRuns | undefined
  /** Newest first. Runs that cannot be read are left out and told of: one old damaged journal must not stop tonight's rollback. */
  list(onDamaged?: (id: string, error: unknown) => void): Promise<StoredRun[]>
  /** By id, a unique beginning of one, or `last`. Throws a Problem that lists what there is. */
  find(id: string): Promise<StoredRun>
}

export interface StoredRun {
  plan: Plan
  lines: Line[]
  /** What a former holder has written after the run was taken over: no part of it. */
  late?: Line[] | undefined
  /** The store that it shares with other machines may not have all of it. */
  unshared?: true | undefined
}

/** The append-only log of a run; `append` returns when the line is on disk. */
export interface RunLog {
  append(event: RunEvent): Promise<Line>
  /**
   * A file beside it, for its owner alone, which is not shared, and the event that names it by its path: nothing comes
   * between them. One of that name is replaced.
   */
  keep(name: string, text: string, eventOf: (path: string) => RunEvent): Promise<Line>
  /**
   * Returns when other machines see what is on record so far; where nothing is shared, at once. Throws a Problem:
   * `store-unreachable`, or `lock-lost` when somebody else has gone on with the run.
   */
  share(): Promise<void>
  close(): Promise<void>
}

export interface PlanRequest {
  runbook: Runbook
  /** A name; absent: the first procedure, or the only one. */
  procedure?: string | undefined
  /** A SHA, short SHA, tag, or another name of a candidate (`revision:3`, `last-proven`). */
  target: string
  /** What `last-proven` does not mean: it is what is to be left. */
  notTo?: readonly Release[] | undefined
  without: string[]
  reason?: string | undefined
  /** Also to a version that is blocked. */
  force?: boolean | undefined
  /** What people say beforehand of what only they know. */
  answers?: Readonly<Record<string, string>> | undefined
  /** What the triggers have said already; else they are judged beside the plan. */
  decision?: Plan['decision']
}

export type { PlanOutcome } from '../core/plan/outcome.ts'

export type { Readiness } from '../core/plan/readiness.ts'

export interface CarryOutOptions {
  /** Answers given beforehand: `--answer id=value`. */
  answers: Record<string, string>
  /** Asks a person; absent without a terminal: then an unanswered gate refuses the run. */
  ask?: ((id: string, question: Question, signal?: AbortSignal) => Promise<string>) | undefined
  /** Asks a person what only they know of how things are now; absent without a terminal: then it stays unknown. */
  askFact?: People['ask']
  /** Every line, after it is on disk. */
  onLine(line: Line): void
  /** Live news that is not journalled (a sample while waiting): for a spinner. */
  onNews?: ((text: string) => void) | undefined
  /** Why the shared store is left aside, as a person has agreed to. */
  offline?: string | undefined
  /** Aborts when the person or CI interrupts; nothing new starts after it. */
  interrupt: AbortSignal
}
