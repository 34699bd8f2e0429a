import type { Baselines } from '../core/conditions/judgement.ts'
import type { Taken } from '../core/conditions/moments.ts'
import type { Deployed } from '../core/conditions/verdict.ts'
import type { Measurement, Period } from '../core/contract.ts'
import type { Runbook, SignalDef } from '../core/model.ts'
import { withWindow } from '../core/window.ts'
import { type AskedSignal, askedSignal, type People } from './asked-signal.ts'
import { baselineOf, type Past } from './baseline.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { type DeploymentGround, findDeployment } from './deployment.ts'
import { loadSource } from './load-action.ts'
import { measureWithin, orUnreachable, SAMPLE_LIMIT } from './measure.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

/** Of a signal that says nothing of it. */
export const EVERY = 5000

/** A signal that is measured again and again. */
export interface Watched {
  name: string
  /** Milliseconds, where it is another one than the signal's. */
  window: number | undefined
  /** With that window. */
  signal: SignalDef
  every: number
  /** Milliseconds of the past that it is asked for; absent: only what is now. */
  history?: number | undefined
  measure(): Promise<Measurement>
  /** So many milliseconds up to now; absent where its source keeps no history. */
  before?: ((history: number) => Promise<Measurement>) | undefined
  taken: Taken[]
  /** Measurements, also those of which a newer one tells it all again. */
  made: number
  due: number
  sampling: boolean
  baseline: Baselines
  asked: AskedSignal | undefined
}

/** What is the same for every signal: a secret is read once, however many of them need it. */
export interface Basis {
  session: Pick<Session, 'read'>
  runbook: Pick<Runbook, 'signals'>
  ground: BindingGround
  secrets: Secrets
  deployed: Past['deployed']
}

/** While there is no plan yet that knows it, the deployment of the live version is looked for: if it is needed, and once. */
export function basisOf(
  at: Omit<DeploymentGround, 'measured'> & { secrets: Secrets },
): Omit<Basis, 'deployed'> & { deployed(): Promise<Deployed> } {
  const { session, runbook, ground, secrets } = at
  const measured = async (name: string): Promise<Measurement> => {
    const signal = runbook.signals[name]
    if (signal === undefined) throw new Error(`the runbook has no signal "${name}"`)
    return orUnreachable(measureWithin(SAMPLE_LIMIT, ground, secrets, signal, session.read))
  }
  let deployed: Promise<Deployed> | undefined
  return {
    session,
    runbook,
    ground,
    secrets,
    deployed: () => (deployed ??= findDeployment({ ...at, measured })),
  }
}

export async function watched(
  { session, runbook, ground, secrets, deployed }: Basis,
  name: string,
  { window, history, people }: { window?: number | undefined; history: number; people: People },
): Promise<Watched> {
  const declared = runbook.signals[name]
  if (declared === undefined) throw new Error(`the runbook has no signal "${name}"`)
  const signal = { ...declared, window: window ?? declared.window }
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
          await bindOptions(ground, secrets, source.options, withWindow(signal.with, signal.window)),
          { people, now },
        )
  return {
    name,
    window,
    signal,
    every,
    history: period.history,
    asked,
    measure: async () => asked?.measure(session.read.now()) ?? ask(period),
    before: source.keepsHistory === true ? (history) => ask({ history, every }) : undefined,
    taken: [],
    made: 0,
    due: session.read.now(),
    sampling: false,
    baseline: await baselineOf(signal, { ask, deployed, asOf: now, now: session.read.now }),
  }
}

/** Takes one sample. `now` is the clock. */
export async function takeSample(one: Watched, now: () => number): Promise<void> {
  one.sampling = true
  one.due = now() + one.every
  const measurement = await one.measure()
  const tells = measurement.kind === 'samples' || measurement.kind === 'series'
  const from = tells ? measurement.from : undefined
  // It tells again what those have told that lie in it.
  if (from !== undefined) one.taken = one.taken.filter((old) => old.at < from)
  one.taken.push({ at: now(), measurement })
  one.made++
  one.sampling = false
}
