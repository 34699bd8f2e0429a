import { judge } from '../core/conditions/judge.ts'
import { type Decision, gravest, judgeTrigger } from '../core/conditions/verdict.ts'
import type { Condition, Runbook, Statement, Trigger } from '../core/model.ts'
import type { People } from './asked-signal.ts'
import { told, unlessAborted, withHistory } from './trace-breach.ts'
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
    [...lookBacks(runbook.triggers).values()].map(({ signal, window, history }) =>
      watched(basis, signal, { window, history, people }),
    ),
  )
  // The time that a person takes to answer is no time of sampling.
  let asking = 0
  const isOver = (): boolean => interrupt.aborted || now() - start - asking >= sample
  let news = ''
  let judged = { made: 0, at: -Infinity }
  const withBeginnings = async (decision: Decision): Promise<Decision> => {
    if (!decision.triggers.some(({ judged }) => judged === 'holds')) return decision
    const asked = Promise.all([withHistory(signals, now), basis.deployed()])
    const found = await unlessAborted(asked, interrupt)
    if (found === undefined) return decision
    const [traced, deployed] = found
    // Where nobody was to say it, that nobody did is no news.
    const isNews = 'at' in deployed || runbook.release.live?.deployed !== undefined
    const deployment = isNews ? deployed : undefined
    return told(decision, decisionOf(runbook, traced, now(), start), deployment)
  }
  for (;;) {
    for (const one of signals) if (one.due <= now() && !one.sampling) void takeSample(one, now)
    const first = signals.every(({ taken }) => taken.length > 0) || interrupt.aborted
    const made = signals.reduce((sum, one) => sum + one.made, 0)
    if (first && (made > judged.made || now() - judged.at >= JUDGE_AGAIN || isOver())) {
      judged = { made, at: now() }
      const decision = decisionOf(runbook, signals, now(), start)
      const key = JSON.stringify(decision.triggers)
      if (key !== news) onNews?.(decision)
      news = key
      if (decision.verdict === 'rollback') return withBeginnings(decision)
      // Nobody is asked for what could not change anything, or before it is known what the machines say.
      const open = people.ask && signals.find(({ asked }) => asked?.open() === true)
      if (open === undefined && isOver()) return withBeginnings(decision)
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

function decisionOf(
  { triggers }: Runbook,
  signals: readonly Watched[],
  now: number,
  start: number,
): Decision {
  const byKey = new Map(signals.map((one) => [keyOf({ ...one, signal: one.name }), one]))
  const judgeOne = (condition: Condition) => {
    const one = byKey.get(keyOf(condition))
    return judge(condition, one?.taken ?? [], {
      now,
      every: condition.every ?? one?.every ?? EVERY,
      unit: one?.signal.unit,
      baseline: one?.baseline,
      floor: one?.signal.baseline?.floor,
      speaks: 'of-breach',
    })
  }
  const judged = triggers.map((trigger) => judgeTrigger(trigger, judgeOne, now))
  return {
    verdict: gravest(judged.map(({ verdict }) => verdict)),
    triggers: judged,
    sampled: now - start,
    unanswered: signals.filter(({ asked }) => asked?.answered(now) === false).map(({ name }) => name),
  }
}

// ---------------------------------------------------------------- what has to be measured

interface LookBack {
  signal: string
  /** Milliseconds, where it is another one than the signal's. */
  window: number | undefined
  /** In milliseconds. */
  history: number
}

/** Every signal that a condition speaks of, over each window, and how far back any of them looks. */
function lookBacks(triggers: readonly Trigger[]): Map<string, LookBack> {
  const found = new Map<string, LookBack>()
  for (const trigger of triggers)
    for (const condition of conditionsOf(trigger)) {
      const { signal, window } = condition
      const longest = Math.max(...spans(condition), trigger.rollbackAfter ?? 0)
      // A little more, so that what was before the breach is seen, too.
      const history = Math.max(found.get(keyOf(condition))?.history ?? 0, Math.ceil(longest * 1.2))
      found.set(keyOf(condition), { signal, window, history })
    }
  return found
}

function keyOf({ signal, window }: Pick<Condition, 'signal' | 'window'>): string {
  return `${signal} ${window ?? ''}`
}

function spans({ for: lasting, count, absent_for, unchanged_for, change }: Condition): number[] {
  return [lasting, count?.within, absent_for, unchanged_for, change?.over].map((span) => span ?? 0)
}

function conditionsOf({ when, unless }: Trigger): Condition[] {
  return [when, ...(unless === undefined ? [] : [unless])].flatMap(leaves)
}

function leaves(statement: Statement): Condition[] {
  if ('all' in statement) return statement.all.flatMap(leaves)
  if ('any' in statement) return statement.any.flatMap(leaves)
  return 'not' in statement ? leaves(statement.not) : [statement]
}
