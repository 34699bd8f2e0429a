import { judge } from '../core/conditions/judge.ts'
import { lastSample } from '../core/conditions/over-time.ts'
import { timeAllowed } from '../core/conditions/time-allowed.ts'
import { type Decision, gravest, type JudgeOne, judgeTrigger } from '../core/conditions/verdict.ts'
import { conditionsIn } from '../core/conditions/conditions-in.ts'
import type { KnownOf } from '../core/conditions/explain.ts'
import type { Speaks } from '../core/conditions/moments.ts'
import type { Condition, Runbook, Statement, Trigger } from '../core/model.ts'
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
  /** With how each trigger was judged, part by part. */
  explain?: boolean | undefined
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
    [...measuredSignals(runbook)].map(([name, history]) => watched(basis, name, { history, people })),
  )
  // The time that a person takes to answer is no time of sampling.
  let asking = 0
  const isOver = (): boolean => interrupt.aborted || now() - start - asking >= sample
  const whole = async (decision: Decision): Promise<Decision> => {
    if (options.explain !== true) return decision
    const { explain } = await import('./explain.ts')
    const { triggers } = decision
    return {
      ...decision,
      explanation: explain(runbook, triggers, signals, knownBy(signals, now(), 'of-breach'), now()),
    }
  }
  let told = ''
  let judged = { made: 0, at: -Infinity }
  for (;;) {
    for (const one of signals) if (one.due <= now() && !one.sampling) void takeSample(one, now)
    const first = signals.every(({ taken }) => taken.length > 0) || interrupt.aborted
    const made = signals.reduce((sum, one) => sum + one.made, 0)
    if (first && (made > judged.made || now() - judged.at >= JUDGE_AGAIN || isOver())) {
      judged = { made, at: now() }
      const decision = decisionOf(runbook, signals, now(), start)
      const key = JSON.stringify(decision.triggers)
      if (key !== told) onNews?.(decision)
      told = key
      if (decision.verdict === 'rollback') return whole(decision)
      // Nobody is asked for what could not change anything, or before it is known what the machines say.
      const open =
        people.ask &&
        signals.find(({ name, asked }) => asked?.open() === true && matters(name, runbook, decision))
      if (open === undefined && isOver()) return whole(decision)
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
  const known = knownBy(signals, now, speaks)
  return (condition) => {
    const { taken, judging } = known(condition)
    return judge(condition, taken, judging)
  }
}

export function decisionOf(
  runbook: Runbook,
  signals: readonly Measured[],
  now: number,
  start: number,
): Decision {
  const { triggers, unless, fixForward } = runbook
  const judgeOne = judgeOf(signals, now, 'of-breach')
  const judged = triggers.map((trigger) => judgeTrigger(trigger, judgeOne, now, unless))
  const fix = fixTime(signals.find(({ name }) => name === fixForward?.signal))
  const time = timeAllowed(runbook, judged, fix, now)
  return {
    verdict: gravest(judged.map(({ verdict }) => verdict)),
    triggers: judged,
    sampled: now - start,
    unanswered: signals
      .filter(({ name, asked }) => asked?.answered(now) === false && matters(name, runbook, { time }))
      .map(({ name }) => name),
    time,
  }
}

/** How long a fix takes is worth a question when there is something to be fixed. */
function matters(name: string, runbook: Runbook, { time }: Pick<Decision, 'time'>): boolean {
  return time !== undefined || lookBacks(runbook).has(name)
}

/** In milliseconds. */
function fixTime(one: Measured | undefined): number | undefined {
  const value = lastSample(one?.taken ?? [])?.value
  if (typeof value !== 'number') return undefined
  return one?.signal.unit === 's' ? value * 1000 : value
}

function knownBy(signals: readonly Measured[], now: number, speaks: Speaks): KnownOf {
  const byName = new Map(signals.map((one) => [one.name, one]))
  return (condition) => {
    const one = byName.get(condition.signal)
    return {
      signal: one?.signal ?? {},
      taken: one?.taken ?? [],
      judging: {
        now,
        every: condition.every ?? one?.every ?? EVERY,
        unit: one?.signal.unit,
        baseline: one?.baseline,
        floor: one?.signal.baseline?.floor,
        speaks,
      },
    }
  }
}

// ---------------------------------------------------------------- what has to be measured

/** Those that a condition speaks of, and the one that is only compared with. */
function measuredSignals(runbook: Runbook): Map<string, number> {
  const all = lookBacks(runbook)
  const compared = runbook.fixForward?.signal
  return compared === undefined || all.has(compared) ? all : all.set(compared, 0)
}

interface LooksBack {
  triggers: readonly Pick<Trigger, 'when' | 'unless' | 'rollbackAfter'>[]
  unless: readonly { when: Statement }[]
}

/** Every signal that a condition speaks of, and how far back any of them looks, in milliseconds. */
export function lookBacks({ triggers, unless: rules }: LooksBack): Map<string, number> {
  const longest = new Map<string, number>()
  const look = ({ signal, ...condition }: Condition, atLeast = 0): void =>
    void longest.set(signal, Math.max(longest.get(signal) ?? 0, atLeast, ...spans(condition)))
  for (const { when, unless, rollbackAfter } of triggers)
    for (const statement of unless === undefined ? [when] : [when, unless])
      for (const condition of conditionsIn(statement)) look(condition, rollbackAfter)
  for (const { when } of rules) for (const condition of conditionsIn(when)) look(condition)
  // A little more, so that what was before the breach is seen, too.
  return new Map([...longest].map(([signal, history]) => [signal, Math.ceil(history * 1.2)]))
}

function spans({
  for: lasting,
  count,
  absent_for,
  unchanged_for,
  change,
}: Omit<Condition, 'signal'>): number[] {
  return [lasting, count?.within, absent_for, unchanged_for, change?.over].map((span) => span ?? 0)
}
