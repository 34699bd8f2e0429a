import { lastSample } from '../core/conditions/over-time.ts'
import { timeAllowed } from '../core/conditions/time-allowed.ts'
import { asksFor } from '../core/conditions/worth-asking.ts'
import { type Decision, gravest, judgeTrigger, type TriggerVerdict } from '../core/conditions/verdict.ts'
import type { Runbook } from '../core/model.ts'
import { judgeOf, type Measured } from './judge-signals.ts'

/** What the triggers of a runbook say of signals that were measured, as things are now. */
export function decisionOf(
  runbook: Runbook,
  signals: readonly Measured[],
  now: number,
  start: number,
): Decision {
  const { triggers, unless } = runbook
  const judgeOne = judgeOf(signals, now, 'of-breach')
  const judged = triggers.map((trigger) => judgeTrigger(trigger, judgeOne, now, unless))
  const time = timeOf(runbook, judged, signals, now)
  const unanswered = signals.filter(
    ({ name, asked }) => asked?.answered(now) === false && matters(name, runbook, { time, triggers: judged }),
  )
  return {
    verdict: gravest(judged.map(({ verdict }) => verdict)),
    triggers: judged,
    sampled: now - start,
    unanswered: [...new Set(unanswered.map(({ name }) => name))],
    time,
  }
}

/** Something hangs on the answer; how long a fix takes is worth a question when there is something to be fixed. */
export function matters(
  name: string,
  runbook: Runbook,
  { time, triggers }: Pick<Decision, 'time' | 'triggers'>,
): boolean {
  if (time !== undefined && runbook.fixForward?.signal === name) return true
  return asksFor(name, runbook, { triggers }).length > 0
}

/** How long it may last, and how long a fix would take: where something has to be done. */
export function timeOf(
  runbook: Runbook,
  judged: readonly TriggerVerdict[],
  signals: readonly Measured[],
  now: number,
): Decision['time'] {
  const fix = fixTime(signals.find(({ name }) => name === runbook.fixForward?.signal))
  return timeAllowed(runbook, judged, fix, now)
}

/** In milliseconds. */
function fixTime(one: Measured | undefined): number | undefined {
  const value = lastSample(one?.taken ?? [])?.value
  if (typeof value !== 'number') return undefined
  return one?.signal.unit === 's' ? value * 1000 : value
}
