import { limitIn } from '../core/conditions/limit.ts'
import type { Taken } from '../core/conditions/moments.ts'
import type { Measurement, Period } from '../core/contract.ts'
import type { Runbook, SignalDef } from '../core/model.ts'
import { type AskedSignal, askedSignal, type People } from './asked-signal.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { loadSource } from './load-action.ts'
import { measureWithin, orUnreachable } from './measure.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

/** Nobody waits longer for one sample, in milliseconds. */
const SAMPLE_LIMIT = 5000
/** Of a signal that says nothing of it. */
export const EVERY = 5000

/** A signal that is measured again and again. */
export interface Watched {
  name: string
  signal: SignalDef
  every: number
  /** Milliseconds of the past that it is asked for; absent: only what is now. */
  history?: number | undefined
  measure(): Promise<Measurement>
  taken: Taken[]
  /** Measurements, also those of which a newer one tells it all again. */
  made: number
  due: number
  sampling: boolean
  baseline: number | undefined
  asked: AskedSignal | undefined
}

export interface Basis {
  session: Pick<Session, 'read'>
  runbook: Pick<Runbook, 'signals'>
  ground: BindingGround
  secrets: Secrets
}

/** What is the same for every signal: a secret is read once, however many of them need it. */
export function basisOf(session: Session, runbook: Runbook): Basis {
  const head = planHead(session.read.now(), { given: '' })
  return {
    session,
    runbook,
    ground: groundOf(runbook, procedureNamed(runbook, undefined), head),
    secrets: session.secretsOf(runbook.secrets),
  }
}

export async function watched(
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
    history: period.history,
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

/** Takes one sample. `now` is the clock. */
export async function takeSample(one: Watched, now: () => number): Promise<void> {
  one.sampling = true
  one.due = now() + one.every
  const measurement = await one.measure()
  const from = measurement.kind === 'samples' ? measurement.from : undefined
  // It tells again what those have told that lie in it.
  if (from !== undefined) one.taken = one.taken.filter((old) => old.at < from)
  one.taken.push({ at: now(), measurement })
  one.made++
  one.sampling = false
}
