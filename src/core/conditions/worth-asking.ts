import type { Condition, Runbook, Statement, Trigger } from '../model.ts'
import { conditionsIn } from './conditions-in.ts'
import { type Against, againstOf, type Decision, isOutweighed } from './verdict.ts'

/** A trigger for which an answer is wanted, or what speaks against it. */
interface Asks {
  trigger: Trigger
  /** Absent: the trigger itself speaks of it. */
  against?: Against | undefined
}

/**
 * What hangs on the answer that a signal would get, as things are now: nobody is asked at night for what could change
 * nothing. What holds, or fails, although it is not known would do so whatever the answer.
 */
export function asksFor(
  signal: string,
  { triggers, unless }: Pick<Runbook, 'triggers' | 'unless'>,
  { triggers: judged }: Pick<Decision, 'triggers'>,
): Asks[] {
  return triggers.flatMap((trigger): Asks[] => {
    const now = judged.find(({ id }) => id === trigger.id)
    // A note changes nothing.
    if (now === undefined || trigger.severity === 'low') return []
    const against = againstOf(trigger, unless).filter(({ when }) => speaking(when, signal).length > 0)
    const guessed = against.filter(({ when }) => isGuessed(when, signal))
    const asking = (all: readonly Against[]): Asks[] => all.map((one) => ({ trigger, against: one }))
    if (isOutweighed(now)) return asking(guessed)
    if (isGuessed(trigger.when, signal)) return [{ trigger }]
    if (speaking(trigger.when, signal).length > 0 && now.judged === 'unknown') return [{ trigger }]
    if (now.verdict === 'unknown') return asking(against)
    return now.judged === 'fails' ? [] : asking(guessed)
  })
}

/** Silence was given a meaning, and decides as if it were known. */
function isGuessed(statement: Statement, signal: string): boolean {
  return speaking(statement, signal).some(({ no_data }) => no_data !== undefined)
}

function speaking(statement: Statement, signal: string): Condition[] {
  return conditionsIn(statement).filter((condition) => condition.signal === signal)
}
