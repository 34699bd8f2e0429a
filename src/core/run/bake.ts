import type { ExitCode } from '../exit.ts'
import type { Plan } from '../plan/types.ts'
import type { BakeEnded, Judged, Line, RunEnded, RunEvent, RunResult, Watcher, Who } from './events.ts'
import { fold, hasTried } from './state.ts'

/** A sign that it is still watched, at least so often; milliseconds. */
export const BEAT = 60_000
/** After so long without a sign nobody has watched: the process was killed, or the machine slept. Milliseconds. */
export const SILENT = 2.5 * BEAT

/** What has come of watching a run that was proven. */
export interface BakeState {
  /** When the run was proven; milliseconds since the epoch. */
  since: number
  /** The exit code of the run: what ends the bake without a judgement of it leaves that as it is. */
  own: ExitCode
  /** Milliseconds that it was really watched. */
  watched: number
  /** Who watched it last. */
  watcher?: (Watcher & { by: Who }) | undefined
  /** The last sign of it, in milliseconds since the epoch. */
  seen: number
  /** It was stopped there, in order. */
  stopped?: string | undefined
  /** What nobody was there to answer: the rest is over. */
  unanswered?: string | undefined
  conditions: BakeCondition[]
  ended?: (BakeEnded & { at: number }) | undefined
}

export interface BakeCondition {
  role: 'must' | 'should'
  condition: string
  verdict: Judged
  words: string
  /** When that was measured, and since when the verdict is this; in milliseconds since the epoch. */
  at: number
  since: number
  /** When it failed first, and what was measured then. */
  failed?: { at: number; words: string } | undefined
}

/** It did not stay well: what was proven is none to return to. */
export function isLapse({ result }: Pick<BakeEnded, 'result'>): boolean {
  return result === 'breached' || result === 'degraded'
}

/**
 * Results after which the right version is live: then there is something to watch. Where nothing had to be changed that
 * is so only after a run that has changed it and could not prove it.
 */
const WATCHED = new Set<RunResult>(['proven', 'degraded'])

function isWatched({ result, completes }: RunEnded): boolean {
  return WATCHED.has(result) || (result === 'already' && completes !== undefined)
}

/** undefined where there is nothing to watch: no bake in the plan, or a run that was not proven. */
export function bakeOf({ bake }: Pick<Plan, 'bake'>, lines: readonly Line[]): BakeState | undefined {
  const end = lines.findIndex(({ event }) => event.type === 'run-ended')
  const line = lines[end]
  if (bake === undefined || line?.event.type !== 'run-ended' || !isWatched(line.event)) return undefined
  const state: BakeState = { since: line.at, own: line.event.exit, watched: 0, seen: line.at, conditions: [] }
  for (const one of lines.slice(end + 1)) advance(state, one)
  return state
}

function advance(state: BakeState, { at, event }: Line): void {
  if (!isOfBake(event)) return
  const gap = Math.max(0, at - state.seen)
  const isWatching =
    state.watcher !== undefined && state.stopped === undefined && state.unanswered === undefined
  if (event.type !== 'bake-started' && isWatching && gap <= SILENT) state.watched += gap
  state.seen = at
  if (event.type === 'bake-started') {
    const { pid, started, host, by } = event
    Object.assign(state, {
      watcher: { pid, started, host, by },
      stopped: undefined,
      unanswered: undefined,
    })
  } else if (event.type === 'bake-judged') {
    state.conditions = judged(state.conditions, event, at)
  } else if (event.type === 'bake-stopped') state.stopped = event.signal
  else if (event.type === 'bake-unanswered') state.unanswered = event.why
  else if (event.type === 'bake-ended') state.ended = { ...event, at }
}

type Judging = Extract<RunEvent, { type: 'bake-judged' }>

/** Each keeps its place, and when it failed first. */
function judged(
  conditions: readonly BakeCondition[],
  { role, condition, verdict, words }: Judging,
  at: number,
): BakeCondition[] {
  const isIt = (one: BakeCondition): boolean => one.role === role && one.condition === condition
  const former = conditions.find(isIt)
  const failed = former?.failed ?? (verdict === 'fails' ? { at, words } : undefined)
  const since = former?.verdict === verdict ? former.since : at
  const now: BakeCondition = { role, condition, verdict, words, at, since, failed }
  return former === undefined ? [...conditions, now] : conditions.map((one) => (isIt(one) ? now : one))
}

function isOfBake(event: RunEvent): boolean {
  return event.type.startsWith('bake-')
}

/** The lines of the run itself: those of its bake come behind its end. */
export function withoutBake(lines: readonly Line[]): readonly Line[] {
  const end = lines.findIndex(({ event }) => event.type === 'run-ended')
  return end === -1 ? lines : lines.slice(0, end + 1)
}

interface Recorded {
  plan: Pick<Plan, 'id' | 'service' | 'environment'>
  lines: readonly Line[]
}

/** The first run after it that has changed something there: what would be watched is no longer what was proven. */
export function replacedBy({ plan, lines }: Recorded, others: readonly Recorded[]): string | undefined {
  const proven = lines.find(({ event }) => event.type === 'run-ended')?.at ?? Infinity
  const later = others.filter(
    (other) =>
      other.plan.id !== plan.id &&
      other.plan.service === plan.service &&
      other.plan.environment === plan.environment &&
      (other.lines[0]?.at ?? -Infinity) >= proven &&
      hasTried(fold(other.lines)),
  )
  return later.toSorted((a, b) => (a.lines[0]?.at ?? 0) - (b.lines[0]?.at ?? 0))[0]?.plan.id
}
