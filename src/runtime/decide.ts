import { judge } from '../core/conditions/judge.ts'
import type { Speaks } from '../core/conditions/moments.ts'
import { conditionsIn } from '../core/conditions/statements.ts'
import { type Decision, gravest, type JudgeOne, judgeTrigger } from '../core/conditions/verdict.ts'
import type { Condition, Runbook, Trigger } from '../core/model.ts'
import type { People } from './asked-signal.ts'
import type { Session } from './types.ts'
import { basisOf, EVERY, takeSample, watched, type Watched } from './watch-signal.ts'

/** Between two looks at what is due, in milliseconds. */
const TICK = 50
/** What only the time changes (an answer expires, something has lasted long enough) is judged so often. */
const JUDGE_AGAIN = 1000

export interface DecideOptions {
  /** Milliseconds for signals without a history of their own; 0 measures once. */
  sample: number
  interrupt: AbortSignal
  people: People
  /** After every sample that changed what is known. */
  onNews?: ((decision: Decision) => void) | undefined
}

/**
 * Measures every signal that a trigger speaks of, all at once and none waiting for another, and judges. A source that
 * keeps a history is asked for as much of it as the conditions look back; the others are sampled for as long as is
 * given, or until the gravest verdict is reached.
 */
export async function decide(session: Session, runbook: Runbook, options: DecideOptions): Promise<Decision> {
  const { interrupt, people, sample, onNews } = options
  const { now, sleep } = session.read
  const start = now()
  const basis = basisOf(session, runbook)
  const signals = await Promise.all(
    [...lookBacks(runbook.triggers)].map(([name, history]) => watched(basis, name, { history, people })),
  )
  // The time that a person takes to answer is no time of sampling.
  let asking = 0
  const isOver = (): boolean => interrupt.aborted || now() - start - asking >= sample
  let told = ''
  let judged = { made: 0, at: -Infinity }
  for (;;) {
    for (const one of signals) if (one.due <= now() && !one.sampling) void takeSample(one, now)
    const first = signals.every(({ taken }) => taken.length > 0) || interrupt.aborted
    const made = signals.reduce((sum, one) => sum + one.made, 0)
    if (first && (made > judged.made || now() - judged.at >= JUDGE_AGAIN || isOver())) {
      judged = { made, at: now() }
      const decision = decisionOf(runbook.triggers, signals, now(), start)
      const key = JSON.stringify(decision.triggers)
      if (key !== told) onNews?.(decision)
      told = key
      if (decision.verdict === 'rollback') return decision
      // Nobody is asked for what could not change anything, or before it is known what the machines say.
      const open = people.ask && signals.find(({ asked }) => asked?.open() === true)
      if (open === undefined && isOver()) return decision
      if (open !== undefined) {
        const before = now()
        await open.asked?.ask(people, now)
        await takeSample(open, now)
        asking += now() - before
      }
    }
    await sleep(TICK)
  }
}

/** A signal, and what was measured of it. */
export type Measured = Pick<Watched, 'name' | 'signal' | 'every' | 'taken' | 'baseline' | 'asked'>

/** The judge of conditions on these signals. */
export function judgeOf(signals: readonly Measured[], now: number, speaks: Speaks): JudgeOne {
  const byName = new Map(signals.map((one) => [one.name, one]))
  return (condition) => {
    const one = byName.get(condition.signal)
    return judge(condition, one?.taken ?? [], {
      now,
      every: condition.every ?? one?.every ?? EVERY,
      unit: one?.signal.unit,
      baseline: one?.baseline,
      floor: one?.signal.baseline?.floor,
      speaks,
    })
  }
}

export function decisionOf(
  triggers: readonly Trigger[],
  signals: readonly Measured[],
  now: number,
  start: number,
): Decision {
  const judgeOne = judgeOf(signals, now, 'of-breach')
  const judged = triggers.map((trigger) => judgeTrigger(trigger, judgeOne, now))
  return {
    verdict: gravest(judged.map(({ verdict }) => verdict)),
    triggers: judged,
    sampled: now - start,
    unanswered: signals.filter(({ asked }) => asked?.answered(now) === false).map(({ name }) => name),
  }
}

// ---------------------------------------------------------------- what has to be measured

type LooksBack = Pick<Trigger, 'when' | 'unless' | 'rollbackAfter'>

/** Every signal that a condition speaks of, and how far back any of them looks, in milliseconds. */
export function lookBacks(triggers: readonly LooksBack[]): Map<string, number> {
  const longest = new Map<string, number>()
  for (const trigger of triggers)
    for (const condition of conditionsOf(trigger)) {
      const known = longest.get(condition.signal) ?? 0
      longest.set(condition.signal, Math.max(known, ...spans(condition), trigger.rollbackAfter ?? 0))
    }
  // A little more, so that what was before the breach is seen, too.
  return new Map([...longest].map(([signal, history]) => [signal, Math.ceil(history * 1.2)]))
}

function spans({ for: lasting, count, absent_for, unchanged_for, change }: Condition): number[] {
  return [lasting, count?.within, absent_for, unchanged_for, change?.over].map((span) => span ?? 0)
}

function conditionsOf({ when, unless }: LooksBack): Condition[] {
  return [when, ...(unless === undefined ? [] : [unless])].flatMap(conditionsIn)
}
