import { judge } from '../core/conditions/judge.ts'
import { limitIn } from '../core/conditions/limit.ts'
import type { Taken } from '../core/conditions/moments.ts'
import { type Decision, gravest, judgeTrigger } from '../core/conditions/verdict.ts'
import type { Measurement, Period } from '../core/contract.ts'
import type { Condition, Runbook, SignalDef, Statement, Trigger } from '../core/model.ts'
import { type AskedSignal, askedSignal, type People } from './asked-signal.ts'
import { bindOptions } from './bind-options.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
import { loadSource } from './load-action.ts'
import { measureWithin, orUnreachable } from './measure.ts'
import type { Session } from './types.ts'

/** Nobody waits longer for one sample, in milliseconds. */
const SAMPLE_LIMIT = 5000
const EVERY = 5000
/** Between two looks at what is due. */
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
  const { triggers } = runbook
  const start = session.read.now()
  const basis = basisOf(session, runbook)
  const signals = await Promise.all(
    [...lookBacks(triggers)].map(([name, history]) =>
      watched(basis, name, { history, people: options.people }),
    ),
  )
  const decision = (): Decision => decisionOf(runbook, signals, session.read.now(), start)
  let told = ''
  let judged = { made: 0, at: -Infinity }
  // The time that a person takes to answer is no time of sampling.
  let asking = 0
  for (;;) {
    const due = signals.filter((one) => one.due <= session.read.now() && !one.sampling)
    for (const one of due) void sample(session, one)
    const first = signals.every(({ taken }) => taken.length > 0)
    if (!first && !options.interrupt.aborted) {
      await session.read.sleep(TICK)
      continue
    }
    const made = signals.reduce((sum, { made: own }) => sum + own, 0)
    const timeIsOver = session.read.now() - start - asking >= options.sample || options.interrupt.aborted
    if (made === judged.made && session.read.now() - judged.at < JUDGE_AGAIN && !timeIsOver) {
      await session.read.sleep(TICK)
      continue
    }
    judged = { made, at: session.read.now() }
    const now = decision()
    const key = JSON.stringify(now.triggers)
    if (key !== told) options.onNews?.(now)
    told = key
    const open = signals.find(({ asked }) => asked?.open() === true)
    // Nobody is asked for what could not change anything, or before it is known what the machines say.
    if (open !== undefined && options.people.ask !== undefined && now.verdict !== 'rollback') {
      const before = session.read.now()
      await open.asked?.ask(options.people, session.read.now)
      await sample(session, open)
      asking += session.read.now() - before
      continue
    }
    if (timeIsOver || now.verdict === 'rollback') return now
    await session.read.sleep(TICK)
  }
}

interface Watched {
  name: string
  signal: SignalDef
  every: number
  measure(): Promise<Measurement>
  taken: Taken[]
  /** Measurements, also those of which a newer one tells it all again. */
  made: number
  due: number
  sampling: boolean
  baseline: number | undefined
  asked: AskedSignal | undefined
}

type Basis = ReturnType<typeof basisOf>

/** What is the same for every signal: a secret is read once, however many of them need it. */
function basisOf(session: Session, runbook: Runbook) {
  const head = planHead(session.read.now(), { given: '' })
  return {
    session,
    runbook,
    ground: groundOf(runbook, procedureNamed(runbook, undefined), head),
    secrets: session.secretsOf(runbook.secrets),
  }
}

async function watched(
  { session, runbook, ground, secrets }: Basis,
  name: string,
  { history, people }: { history: number; people: People },
): Promise<Watched> {
  const signal = runbook.signals[name]
  if (signal === undefined) throw new Error(`the runbook has no signal "${name}"`)
  const source = await loadSource(signal.source)
  const ask = (period: Period): Promise<Measurement> =>
    orUnreachable(measureWithin(SAMPLE_LIMIT, ground, secrets, signal, session.read, period))
  const every = signal.every ?? EVERY
  const period: Period = source.keepsHistory === true && history > 0 ? { history, every } : {}
  const now = session.read.now()
  const asked =
    source.person === undefined
      ? undefined
      : askedSignal(
          { name, unit: signal.unit },
          source.person,
          await bindOptions(ground, secrets, source.options, signal.with),
          { people, now },
        )
  return {
    name,
    signal,
    every,
    asked,
    measure: async () => asked?.measure(session.read.now()) ?? ask(period),
    taken: [],
    made: 0,
    due: session.read.now(),
    sampling: false,
    baseline: await baselineOf(signal, source.keepsHistory === true, ask),
  }
}

/** What is usual, written down or measured; undefined where that is not known. */
async function baselineOf(
  { baseline, unit }: SignalDef,
  keepsHistory: boolean,
  ask: (period: Period) => Promise<Measurement>,
): Promise<number | undefined> {
  if (baseline?.value !== undefined) return limitIn(unit, baseline.value)
  // A source without a history would tell what is now, and now is never five times now.
  if (baseline?.offset === undefined || !keepsHistory) return undefined
  const measured = await ask({ offset: baseline.offset })
  const value = measured.kind === 'samples' ? measured.samples.at(-1)?.value : undefined
  return typeof value === 'number' ? value : undefined
}

async function sample(session: Session, one: Watched): Promise<void> {
  one.sampling = true
  one.due = session.read.now() + one.every
  const measurement = await one.measure()
  const from = measurement.kind === 'samples' ? measurement.from : undefined
  // It tells again what those have told that lie in it.
  if (from !== undefined) one.taken = one.taken.filter((old) => old.at < from)
  one.taken.push({ at: session.read.now(), measurement })
  one.made++
  one.sampling = false
}

function decisionOf(
  { triggers }: Runbook,
  signals: readonly Watched[],
  now: number,
  start: number,
): Decision {
  const byName = new Map(signals.map((one) => [one.name, one]))
  const judgeOne = (condition: Condition) => {
    const one = byName.get(condition.signal)
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

/** Every signal that a condition speaks of, and how far back any of them looks, in milliseconds. */
function lookBacks(triggers: readonly Trigger[]): Map<string, number> {
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

function conditionsOf({ when, unless }: Trigger): Condition[] {
  return [when, ...(unless === undefined ? [] : [unless])].flatMap(leaves)
}

function leaves(statement: Statement): Condition[] {
  if ('all' in statement) return statement.all.flatMap(leaves)
  if ('any' in statement) return statement.any.flatMap(leaves)
  return 'not' in statement ? leaves(statement.not) : [statement]
}
