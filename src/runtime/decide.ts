import { judge } from '../core/conditions/judge.ts'
import { lastSample } from '../core/conditions/over-time.ts'
import { timeAllowed } from '../core/conditions/time-allowed.ts'
import {
  type Decision,
  gravest,
  type JudgeOne,
  judgeTrigger,
  type TriggerVerdict,
} from '../core/conditions/verdict.ts'
import type { KnownOf } from '../core/conditions/explain.ts'
import type { Speaks } from '../core/conditions/moments.ts'
import type { Runbook } from '../core/model.ts'
import type { People } from './asked-signal.ts'
import { lookBacks, measuredAs, measuredSignals } from './look-backs.ts'
import { told, unlessAborted, withHistory } from './trace-breach.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
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
  const procedure = procedureNamed(runbook, undefined)
  const ground = groundOf(runbook, procedure, planHead(start, { given: '' }))
  const secrets = session.secretsOf(runbook.secrets)
  const basis = basisOf({ session, runbook, procedure, ground, secrets })
  const signals = await Promise.all(
    [...measuredSignals(runbook).values()].map(({ signal, ...how }) =>
      watched(basis, signal, { ...how, people }),
    ),
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
    const whole = told(decision, decisionOf(runbook, traced, now(), start), deployment)
    return { ...whole, time: timeOf(runbook, whole.triggers, signals, now()) }
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
      if (decision.verdict === 'rollback') return whole(await withBeginnings(decision))
      // Nobody is asked for what could not change anything, or before it is known what the machines say.
      const open =
        people.ask &&
        signals.find(({ name, asked }) => asked?.open() === true && matters(name, runbook, decision))
      if (open === undefined && isOver()) return whole(await withBeginnings(decision))
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
export type Measured = Pick<Watched, 'name' | 'window' | 'signal' | 'every' | 'taken' | 'baseline' | 'asked'>

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
  const { triggers, unless } = runbook
  const judgeOne = judgeOf(signals, now, 'of-breach')
  const judged = triggers.map((trigger) => judgeTrigger(trigger, judgeOne, now, unless))
  const time = timeOf(runbook, judged, signals, now)
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
function matters(name: string, { triggers, unless }: Runbook, { time }: Pick<Decision, 'time'>): boolean {
  return time !== undefined || lookBacks({ triggers, unless }).has(measuredAs({ signal: name }))
}

function timeOf(
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

function knownBy(signals: readonly Measured[], now: number, speaks: Speaks): KnownOf {
  const byKey = new Map(signals.map((one) => [measuredAs({ ...one, signal: one.name }), one]))
  return (condition) => {
    const one = byKey.get(measuredAs(condition))
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
