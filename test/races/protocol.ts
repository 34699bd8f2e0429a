import type { Pace } from '../../src/runtime/store/lock.ts'

// What the test and its workers say to one another; plain JSON.

/** What a worker is for as long as it lives; its only argument. */
export interface Setting {
  name: string
  pace: Pace
  /** Its clock is off by so many milliseconds. */
  skew: number
  /** Nobody can look at its process: it says that it is on a machine of its own. */
  remote: boolean
  /** About so many milliseconds go by before who is patient tries again; default: next to none. */
  pause?: number | undefined
}

export type Job =
  | { kind: 'run'; id: string; service: string; surfaces: string[]; target: string }
  | { kind: Care; run: string }
  /** Cares for that run in this way, as soon as it may; where it is over or never began: a run of its own. */
  | { kind: 'rescue'; run: string; how: Care; instead: Extract<Job, { kind: 'run' }> }
  /** Says of these versions, one after the other, that they must not come back. */
  | { kind: 'block'; service: string; versions: string[] }

export type Care = 'resume' | 'undo' | 'abandon'

export interface Order {
  world: string
  job: Job
  /** Its first effect waits until the test says so. */
  gated: boolean
  /** Longest time that an effect takes, in milliseconds. */
  takes: number
  /** Tries again, with a plan of that moment, until it was its turn. */
  patient: boolean
}

export type ToWorker =
  | { do: 'prepare'; order: Order }
  /** At this moment of the clock that all processes share, in nanoseconds. */
  | { do: 'go'; at: string }
  | { do: 'finish' }

export type FromWorker =
  | { is: 'there' }
  | { is: 'ready' }
  | { is: 'effect'; name: string }
  | ({ is: 'ended' } & Ended)

export interface Ended {
  exit: number
  /** Of a Problem, or of the run. */
  result: string
  words: string
  /** When its first and last event were on disk: it held the lock from before the one until after the other. Nanoseconds. */
  first?: string | undefined
  last?: string | undefined
}

/** One line of what the effects write down, in the order in which they happened. */
export interface Mark {
  who: string
  run: string
  effect: string
  what: 'begin' | 'end'
}
