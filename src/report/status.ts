import type { LockSummary } from '../core/lock-view.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Release } from '../core/release.ts'
import type { Line } from '../core/run/events.ts'
import { isProven } from '../core/run/proven.ts'
import type { BakeSummary } from './bake-summary.ts'
import { type RunSummary, summarise } from './summary.ts'

// How all the services stand: made of what is on record, for people and for scripts.

export interface Status {
  place: string
  locks: LockSummary[]
  /** Runs that are there, and that nobody can tell anything about. */
  damaged: DamagedRun[]
  /** Locks, or a whole store. */
  unreadable: { place: string; why: string }[]
  unfinished: RunSummary[]
  /** Proven, and with a bake that has no end yet. */
  baking: BakingRun[]
  /** Of these the shared store may not have all; nobody is at work on them. */
  unshared: RunSummary[]
  /** The last runs of every service and environment, newest first. */
  last: { service: string; environment: string; lastSeen: LastSeen; runs: ListedRun[] }[]
}

export interface DamagedRun {
  id: string
  why: string
  cure?: string | undefined
}

/** `watched`: somebody is doing it at the moment. */
export type BakingRun = RunSummary & { bake: BakeSummary; watched: boolean }

/** `settledBy`: a later run that was proven, after which nobody has to care for this one. */
export type ListedRun = RunSummary & { settledBy?: string | undefined }

/** The last proven version, and the run since which it may be another one: as it is on record, nothing is measured. */
export interface LastSeen {
  proven?:
    | {
        target: Release
        run: string
        at: string | undefined
        /** It is live; something beside it fails, or was left out. */
        degraded: boolean
        /** Its bake was watched until then. */
        watched?: string | undefined
        /** What that has come to; absent where there was none. */
        bake?: BakeSummary['result'] | undefined
      }
    | undefined
  inDoubtSince?: string | undefined
}

const RUNS_EACH = 3

/** Results that ask for somebody, until a later run is proven. */
const OPEN = new Set<RunSummary['result']>(['failed', 'stands', 'unmeasured', 'interrupted', 'unfinished'])
/** After these something else may be live. */
const IN_DOUBT = new Set<RunSummary['result']>([
  'stands',
  'unmeasured',
  'interrupted',
  'unfinished',
  'abandoned',
])

interface Recorded {
  plan: Plan
  lines: Line[]
  unshared?: true | undefined
}

/** `runs`: newest first. */
export function statusOf(
  place: string,
  runs: readonly Recorded[],
  locks: LockSummary[],
  {
    damaged,
    unreadable,
    watched = [],
  }: Pick<Status, 'damaged' | 'unreadable'> & { watched?: readonly string[] } = {
    damaged: [],
    unreadable: [],
  },
): Status {
  const summaries = runs.map(({ plan, lines }) => summarise(plan, lines))
  const groups = Map.groupBy(summaries, ({ service, environment }) => JSON.stringify([service, environment]))
  const listed = [...groups.values()].map(withSettled)
  const kept = new Set(runs.flatMap(({ plan, unshared }) => (unshared === true ? [plan.id] : [])))
  return {
    place,
    locks,
    damaged,
    unreadable,
    unfinished: listed.flat().filter((run) => isUnfinished(run, locks)),
    baking: summaries.flatMap(({ bake, ...run }) =>
      bake?.result === 'open' ? [{ ...run, bake, watched: watched.includes(run.id) }] : [],
    ),
    unshared: summaries.filter(({ id }) => kept.has(id) && !isAlive(id, locks)),
    last: listed.flatMap((all) => {
      const [first] = all
      if (first === undefined) return []
      const { service, environment } = first
      return [{ service, environment, lastSeen: lastSeenOf(all), runs: all.slice(0, RUNS_EACH) }]
    }),
  }
}

function withSettled(newestFirst: readonly RunSummary[]): ListedRun[] {
  return newestFirst.map((run, index) => {
    const later = newestFirst
      .slice(0, index)
      .findLast(({ result }) => isProven(result) && result !== 'degraded')
    return later === undefined || !OPEN.has(run.result) ? run : { ...run, settledBy: later.id }
  })
}

/** Without an end, and nobody is working on it. */
export function isUnfinished({ id, finished, settledBy }: ListedRun, locks: LockSummary[]): boolean {
  return !finished && settledBy === undefined && !isAlive(id, locks)
}

export function isAlive(run: string, locks: LockSummary[]): boolean {
  return locks.some((lock) => lock.run === run && lock.holder === 'alive')
}

/** What was killed before its first effect has left everything as it was. */
function hasBegun({ changes, calls }: RunSummary): boolean {
  return [...changes, ...calls].some(({ started }) => started !== undefined)
}

/** Whoever gave it up, or went over it, has not watched it. */
function watchedUntil({ bake }: RunSummary): string | undefined {
  if (bake?.watcher === undefined || bake.result === 'given-up' || bake.result === 'replaced')
    return undefined
  return bake.seen
}

function lastSeenOf(newestFirst: readonly RunSummary[]): LastSeen {
  const at = newestFirst.findIndex(({ result }) => isProven(result))
  const proven = newestFirst[at]
  const since = newestFirst
    .slice(0, at === -1 ? undefined : at)
    .findLast((run) => IN_DOUBT.has(run.result) && hasBegun(run))
  return {
    proven: proven && {
      target: proven.target,
      run: proven.id,
      at: proven.ended,
      degraded: proven.result === 'degraded',
      watched: watchedUntil(proven),
      bake: proven.bake?.result,
    },
    inDoubtSince: since?.id,
  }
}
