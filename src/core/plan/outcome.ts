import type { Release } from '../release.ts'
import type { Plan } from './types.ts'

export type PlanOutcome =
  | { kind: 'plan'; plan: Plan }
  | { kind: 'already'; plan: Plan; why: string }
  | { kind: 'refused'; refusal: Refusal }

/** Why a run is refused before the first change. */
export interface Refusal {
  service: string
  environment: string
  procedure: string
  target: Release
  reasons: RefusalReason[]
  /** What is fine, so that a person sees the whole: one line a surface. */
  fine: string[]
  /** Steps to leave out with `--without`, where going on without them is possible. */
  without?: string[] | undefined
  /** Steps that go with them: calls that only served what is left out. */
  alsoDropped: string[]
}

export interface RefusalReason {
  /** Absent: a reason of the whole; no step can be left out to cure it. */
  step?: string | undefined
  surface?: string | undefined
  kind: 'missing' | 'denied' | 'unknown' | 'busy' | 'owned' | 'conflict' | 'input' | 'blocked' | 'guard'
  why: string
  cure?: string | undefined
}
