import type { ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { bakeOf } from '../core/run/bake.ts'
import type { BakeResult, Judged, Line } from '../core/run/events.ts'
import { hostOf } from '../core/where.ts'
import { isoTime } from './iso-time.ts'

/** What was watched after a run, as its report tells it. Times are ISO 8601, UTC; durations milliseconds. */
export interface BakeSummary {
  /** `open`: it has no end yet, whether it is being watched or not. */
  result: BakeResult | 'open'
  for: number
  settle: number
  /** From when on it is judged. */
  judgedFrom: string
  watched: number
  left: number
  /** Who watches it, or did last. */
  watcher?: { name: string; host: string; pid: number } | undefined
  /** The last sign of it. */
  seen: string
  /** The signal that stopped the watching. */
  stopped?: string | undefined
  /** Nobody was there to answer what only a person knows; all else is over. */
  unanswered?: string | undefined
  ended?: string | undefined
  exit?: ExitCode | undefined
  why?: string | undefined
  conditions: BakeConditionSummary[]
}

export interface BakeConditionSummary {
  role: 'must' | 'should'
  condition: string
  verdict: Judged
  words: string
  /** When that was measured. */
  at: string
  /** Since when it says so. */
  since: string
  /** When it failed first, and what was measured then. */
  failed?: { at: string; words: string } | undefined
}

/** undefined where there was nothing to watch. */
export function bakeSummary(plan: Pick<Plan, 'bake'>, lines: readonly Line[]): BakeSummary | undefined {
  const state = bakeOf(plan, lines)
  if (plan.bake === undefined || state === undefined) return undefined
  const { since, watched, watcher, seen, stopped, unanswered, conditions, ended } = state
  const { for: lasting, settle } = plan.bake
  return {
    result: ended?.result ?? 'open',
    for: lasting,
    settle,
    judgedFrom: isoTime(since + settle),
    watched,
    left: ended === undefined ? Math.max(0, lasting - watched) : 0,
    watcher: watcher && { name: watcher.by.name, host: hostOf(watcher.host), pid: watcher.pid },
    seen: isoTime(seen),
    stopped,
    unanswered,
    ended: isoTime(ended?.at),
    exit: ended?.exit,
    why: ended?.why,
    conditions: conditions.map(({ failed, ...one }) => ({
      ...one,
      at: isoTime(one.at),
      since: isoTime(one.since),
      failed: failed && { ...failed, at: isoTime(failed.at) },
    })),
  }
}
