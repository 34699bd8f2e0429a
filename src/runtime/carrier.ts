import type { Plan } from '../core/plan/types.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { RunState } from '../core/run/state.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

/** What carrying out one run works with. */
export interface Carrier {
  session: Session
  plan: Plan
  secrets: Secrets
  /** On disk, and in the state, when it returns. */
  append(event: RunEvent): Promise<void>
  /** Keeps a text beside the journal, on this machine alone; `eventOf` names it by its path. */
  keep(name: string, text: string, eventOf: (path: string) => RunEvent): Promise<void>
  /** Returns when every machine that shares the store sees what is on record. */
  share(): Promise<void>
  /** Throws a Problem when the run is no longer ours: asked before every effect. */
  own(): Promise<void>
  state(): RunState
  now(): number
  sleep(milliseconds: number): Promise<void>
  news(text: string): void
  /** Nobody waits for it any more: interrupted, broken off, or the doors are closing. */
  interrupted(): boolean
}
