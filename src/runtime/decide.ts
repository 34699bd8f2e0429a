import type { Decision } from '../core/conditions/verdict.ts'
import type { Runbook } from '../core/model.ts'
import { type People, saidNow } from './asked-signal.ts'
import { basisOf } from './basis.ts'
import { decisionOf, matters, timeOf } from './decision.ts'
import { type Explainable, knownBy, type Measured, measuredUntil } from './judge-signals.ts'
import { measuredSignals } from './look-backs.ts'
import { UNTOLD } from './deployment.ts'
import { told, unlessAborted, withHistory } from './trace-breach.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
import type { Session } from './types.ts'
import { type SignalWatch, watchSignal } from './signal-watch.ts'

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
  /** After every sample, and every second; `left`: milliseconds that it is sampled for at most. */
  onNews?: ((decision: Decision, left: number) => void) | undefined
  /** Before a person is asked for what a signal wants to know. */
  onQuestion?: ((signal: string, decision: Decision) => void) | undefined
}

/**
 * Measures every signal that a trigger speaks of, all at once and none waiting for another, and judges. A source that
 * keeps a history is asked for as much of it as the conditions look back; the others are sampled for as long as is
 * given, or until the gravest verdict is reached. Interrupted, it tells what was known until then, and throws where that
 * is nothing.
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
    [...measuredSignals(runbook).values()].map((wanted) =>
      watchSignal(basis, wanted, { said: saidNow(people.answers, start), inTime: sample === 0 }),
    ),
  )
  const left = (): number => sample - (now() - start)
  const explained = async (
    decision: Decision,
    measured: readonly Explainable[] = signals,
    traced: readonly Measured[] = measured,
  ): Promise<Decision> => {
    if (options.explain !== true) return decision
    const { explain } = await import('./explain.ts')
    const known = knownBy(measured, now(), 'of-breach')
    const longer = knownBy(traced, now(), 'of-breach')
    return { ...decision, explanation: explain(runbook, decision.triggers, measured, known, longer, now()) }
  }
  let judged: { made: number; at: number; decision?: Decision } = { made: 0, at: -Infinity }
  const whole = async (decision: Decision): Promise<Decision> => {
    if (!decision.triggers.some(({ judged }) => judged === 'holds')) return explained(decision)
    const asked = Promise.all([withHistory(signals, now), basis.deployed()])
    const found = await unlessAborted(asked, interrupt)
    if (found === undefined) return explained(decision)
    const [traced, deployed] = found
    // Where nobody was to say it, that nobody did is no news.
    const deployment = deployed === UNTOLD ? undefined : deployed
    const dated = told(decision, decisionOf(runbook, traced, now(), start), deployment)
    return explained({ ...dated, time: timeOf(runbook, dated.triggers, signals, now()) }, signals, traced)
  }
  let question: Question | undefined
  let stale: ReadonlyMap<SignalWatch, number> = new Map()
  const isFresh = (): boolean => [...stale].every(([one, made]) => one.made > made)
  // Nobody waits a moment longer than for the slowest of them.
  const firstRound = Promise.all(signals.map((one) => one.sample()))
  for (;;) {
    if (question?.broken !== undefined) throw question.broken
    if (question?.over === true) {
      question = undefined
      // Of what is measured once: a person has taken their time, and what was measured before it is of before.
      if (sample === 0) stale = new Map(signals.map((one) => [one, one.made]))
      for (const one of stale.keys()) if (!one.sampling) void one.sample()
    }
    // It is sampled on while a person thinks; what is measured once is not measured again for that.
    if (sample > 0 || question === undefined) for (const one of signals) if (one.isDue()) void one.sample()
    const isLate = sample > 0 && left() <= 0
    const each = isLate || signals.every(({ taken }) => taken.length > 0)
    const made = signals.reduce((sum, one) => sum + one.made, 0)
    // While it is sampled, a smoke test of minutes keeps nobody from what the others say already.
    if (
      (each || (sample > 0 && made > 0)) &&
      (made > judged.made || now() - judged.at >= JUDGE_AGAIN || left() <= 0)
    ) {
      const decision = decisionOf(runbook, signals, now(), start)
      judged = { made, at: now(), decision }
      if (question === undefined) onNews?.(decision, Math.max(0, left()))
      if (decision.verdict === 'rollback') {
        question?.takeBack()
        return whole(decision)
      }
      // Nobody is asked for what could not change anything, or before it is known what the machines say.
      const open =
        each &&
        people.ask &&
        signals.find(({ name, asked }) => asked?.open(now()) === true && matters(name, runbook, decision))
      if (!open && question === undefined && left() <= 0 && isFresh()) return whole(decision)
      // Nothing hangs on it any more: nobody need answer it.
      if (question !== undefined && !matters(question.of, runbook, decision)) question.takeBack()
      if (open && question === undefined) {
        options.onQuestion?.(open.name, decision)
        question = askedOf(open, people, now)
      }
    }
    const { decision, at } = judged
    const pause = each ? sleep(TICK) : Promise.race([firstRound, sleep(TICK)])
    await pause.catch((error: unknown) => {
      if (!interrupt.aborted || decision === undefined) throw error
    })
    // What was being measured was broken off: that says nothing.
    if (interrupt.aborted && decision !== undefined) return explained(decision, measuredUntil(signals, at))
  }
}

/** One that a person is at. */
interface Question {
  /** The name of the signal. */
  of: string
  over: boolean
  broken?: unknown
  takeBack(): void
}

function askedOf(watch: SignalWatch, people: People, now: () => number): Question {
  const closed = new AbortController()
  const question: Question = { of: watch.name, over: false, takeBack: () => closed.abort() }
  const answered = watch.asked?.ask(people, now, closed.signal) ?? Promise.resolve()
  answered
    .then(() => watch.sample())
    .then(
      () => (question.over = true),
      (error: unknown) => (question.broken = error),
    )
  return question
}
