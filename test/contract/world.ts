import type { Surface } from '../../src/core/contract.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Release } from '../../src/core/release.ts'
import type { Stoppable } from '../helpers/stoppable.ts'
import type { EffectFault, Fault } from './faults.ts'

// What an action needs to be judged by the contract: the real part behind it, somebody who is not ours to say what is
// there, and ways to break it.

export type World = SetWorld | CallWorld | GateWorld

interface WorldOf<Kind extends string, Stage> {
  readonly kind: Kind
  /** Programs without which the tests are skipped. */
  readonly needs: readonly string[]
  /** Starts the real part, once for all tests. */
  start(): Promise<Part<Stage>>
}

/** Every call of `stage` gives a fresh place: tests do not meet each other there. */
export interface Part<Stage> extends Stoppable {
  stage(): Promise<Stage>
}

export interface Setting {
  /** As a runbook has them; a secret is `${secrets.NAME}`. */
  readonly options: JsonObject
  /** NAME → value. None of them may ever be said; a shell has them as variables. */
  readonly secrets: Readonly<Record<string, string>>
}

interface Stage<How extends string> extends Setting {
  /** Breaks the real part: for everything, or for changes alone. */
  breakWith(fault: How, what: 'everything' | 'changes'): Promise<void>
  /** Undoes `breakWith`. */
  mend(): Promise<void>
}

// ---------------------------------------------------------------- set

export interface SetWorld extends WorldOf<'set', SetStage> {
  /** What looking must say under each fault. */
  readonly looks: Readonly<Record<Fault, 'absent' | 'denied' | 'unknown' | 'cannot-happen'>>
  /** What a change whose own request meets the fault must say; `taken`: it may end well. */
  readonly applies: Readonly<Record<EffectFault, 'no' | 'unknown' | 'cannot-happen'>>
}

export interface SetStage extends Stage<EffectFault> {
  /** Names the version to go to; another one is live. */
  readonly release: Release
  /** A judge that is not ours: everything of the surface that a change could change, as text. */
  judge(surface: Surface): Promise<string>
  /** What the judge says once the release is live. */
  readonly wanted: string
  /** Somebody else makes it a third version. */
  meddle(): Promise<void>
  /** The platform's own record of everything that has changed something, from the start. */
  changes(): Promise<readonly string[]>
}

// ---------------------------------------------------------------- call

export interface CallWorld extends WorldOf<'call', CallStage> {
  /** What the call must end with under each fault; `taken`: the platform's answer is a success. */
  readonly calls: Readonly<Record<EffectFault, 'no' | 'unknown' | 'taken' | 'cannot-happen'>>
  /** What looking for it must say, when nothing was done, under each fault; undefined: it cannot be observed. */
  readonly finds?: Readonly<Record<Fault, 'not-done' | 'unknown' | 'cannot-happen'>>
  /** Whether the platform is told the id of the call. */
  readonly handsOnId: boolean
}

export interface CallStage extends Stage<EffectFault> {
  /** Every way of taking it back that the action has, with the options that ask for it beside the usual ones. */
  readonly reversals: Readonly<Partial<Record<'again' | 'other' | 'none', JsonObject>>>
  /** The real part's own record of what was done, from the start. */
  effects(): Promise<readonly Effect[]>
}

export interface Effect {
  /** What was done, without the id. */
  readonly what: string
  readonly id: string | undefined
}

// ---------------------------------------------------------------- gate

export type GateWorld = WorldOf<'gate', Setting>
