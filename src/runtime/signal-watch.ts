import { type Baselines, isBySeries } from '../core/conditions/judgement.ts'
import type { Taken } from '../core/conditions/moments.ts'
import { EVERY } from '../core/conditions/span.ts'
import type { Measurement, Period, Sample } from '../core/source.ts'
import type { SignalDef } from '../core/model.ts'
import { sentenceOf } from '../core/problem.ts'
import { withWindow } from '../core/window.ts'
import { type AskedSignal, askedSignal, type Said } from './asked-signal.ts'
import { baselineOf } from './baseline.ts'
import type { Basis } from './basis.ts'
import { bindOptions } from './bind-options.ts'
import { noAnswer, SAMPLE_LIMIT, within } from './in-time.ts'
import { loadSource } from './load-action.ts'
import type { LookBack } from './look-backs.ts'
import { measure, measureInTime, orUnreachable } from './measure.ts'

interface How {
  /** Of a signal that asks a person: what was said beforehand. */
  asked?: AskedSignal | undefined
  /** What lies before is left out, in milliseconds since the epoch. */
  since?: number | undefined
  /** A decision waits for it; else a sample may take as long as its source gives it. */
  inTime?: boolean | undefined
  /** Only one sample is wanted: one that something else needs, too, is shared with it. */
  once?: boolean | undefined
}

/** A signal that is measured again and again, over one window and at one pace: of triggers, guards, verify and bake. */
export class SignalWatch {
  readonly name: string
  /** Milliseconds, where they are others than those of the signal. */
  readonly own: Pick<LookBack, 'window' | 'every'>
  /** With that window. */
  readonly signal: SignalDef
  readonly every: number
  readonly asked: AskedSignal | undefined
  taken: Taken[] = []
  /** Measurements, also those of which a newer one tells it all again. */
  made = 0
  /** When the next sample is due, in milliseconds since the epoch. */
  due: number
  /** Milliseconds between two samples, as far as is known: no test that takes a minute is sampled every second. */
  pace: number
  /** One is being taken: a slow smoke test must not hold up the others. */
  sampling = false
  /** Known once it was asked for; where it could not be told, it is asked for again. */
  baseline: Baselines = undefined
  /** Milliseconds of the past that are asked for; absent: only what is now. */
  history: number | undefined
  readonly #basis: Basis
  readonly #wanted: LookBack
  readonly #how: How

  constructor(basis: Basis, wanted: LookBack, how: How = {}) {
    const declared = basis.signals[wanted.signal]
    if (declared === undefined) throw new Error(`there is no signal "${wanted.signal}"`)
    const { window, every } = wanted
    this.name = wanted.signal
    this.own = { window, every }
    this.signal = { ...declared, window: window ?? declared.window }
    this.every = every ?? declared.every ?? EVERY
    this.asked = how.asked
    this.pace = this.every
    this.due = basis.session.read.now()
    this.#basis = basis
    this.#wanted = wanted
    this.#how = how
  }

  isDue(): boolean {
    return !this.sampling && this.due <= this.now()
  }

  async sample(): Promise<void> {
    this.sampling = true
    const began = this.now()
    this.due = this.now() + this.every
    const [found, baseline] = await Promise.all([orUnreachable(this.#measure()), this.#usual()])
    const measurement = takenSince(this.#how.since, found)
    const from = 'from' in measurement ? measurement.from : undefined
    // It tells again what those have told that lie in it.
    if (from !== undefined) this.taken = this.taken.filter((old) => old.at < from)
    this.taken.push({ at: this.now(), measurement })
    this.pace = Math.max(this.every, from === undefined ? this.now() - began : (everyOf(measurement) ?? 0))
    this.baseline = baseline
    this.made++
    this.sampling = false
    // An answer that counts no longer is noticed at once, whatever the pace.
    const until = this.asked?.until() ?? -Infinity
    if (until >= this.now()) this.due = Math.min(this.due, until + 1)
  }

  /** So many milliseconds up to now; undefined where its source keeps no history. */
  async before(history: number): Promise<Measurement | undefined> {
    return (await this.#keepsHistory()) ? this.#ask({ history, every: this.every }) : undefined
  }

  async #measure(): Promise<Measurement> {
    if (this.asked !== undefined) return this.asked.measure(this.now())
    const { history } = this.#wanted
    if (history === 0 || !(await this.#keepsHistory())) return this.#now()
    this.history = history
    return this.#ask({ history, every: this.every })
  }

  #now(): Promise<Measurement> {
    const { measured } = this.#basis
    const isShared = this.#how.once === true && this.own.window === undefined
    return isShared && measured !== undefined ? measured(this.name) : this.#ask()
  }

  async #usual(): Promise<Baselines> {
    const isKnown = typeof this.baseline === 'number' || isBySeries(this.baseline)
    if (isKnown || !this.#wanted.usesBaseline) return this.baseline
    const { asOf, deployed } = this.#basis
    const ask = (period: Period): Promise<Measurement> => this.#ask(period)
    const asking = baselineOf(this.signal, { ask, deployed, asOf, now: () => this.now() })
    try {
      if (this.#how.inTime !== true) return await asking
      return await within(SAMPLE_LIMIT, asking, { unknown: noAnswer(SAMPLE_LIMIT) })
    } catch (error) {
      return { unknown: sentenceOf(error) }
    }
  }

  #ask(period?: Period): Promise<Measurement> {
    const { ground, secrets, session } = this.#basis
    const measureOne = this.#how.inTime === true ? measureInTime : measure
    return orUnreachable(measureOne(ground, secrets, this.signal, session.read, period))
  }

  async #keepsHistory(): Promise<boolean> {
    return (await loadSource(this.signal.source)).keepsHistory === true
  }

  /** In milliseconds since the epoch. */
  now(): number {
    return this.#basis.session.read.now()
  }
}

/** `said`: beforehand, of what only people know. */
export async function watchSignal(
  basis: Basis,
  wanted: LookBack,
  { said, ...how }: Omit<How, 'asked'> & { said: Said },
): Promise<SignalWatch> {
  const asked = await askedOf(basis, wanted.signal, said)
  return new SignalWatch(basis, wanted, { ...how, asked })
}

async function askedOf(
  { signals, ground, secrets }: Basis,
  name: string,
  said: Said,
): Promise<AskedSignal | undefined> {
  const signal = signals[name]
  if (signal === undefined) return undefined
  const { person, options: schema } = await loadSource(signal.source)
  if (person === undefined) return undefined
  const options = await bindOptions(ground, secrets, schema, withWindow(signal.with, signal.window))
  return askedSignal({ name, unit: signal.unit }, person, options, said)
}

/** How far the samples of a history are apart, where that is more than was asked for. */
export function everyOf(measurement: Measurement): number | undefined {
  return 'every' in measurement ? measurement.every : undefined
}

/** What lies before is no proof of what is now: a file of an earlier step of CI, a point of a metric. */
function takenSince(since: number | undefined, measurement: Measurement): Measurement {
  if (since === undefined) return measurement
  const recent = (samples: Sample[]): Sample[] => samples.filter(({ at }) => at >= since)
  if (measurement.kind === 'series') {
    const series = measurement.series.map((one) => ({ ...one, samples: recent(one.samples) }))
    return { ...measurement, series }
  }
  if (measurement.kind !== 'samples') return measurement
  const samples = recent(measurement.samples)
  return samples.length > 0
    ? { ...measurement, samples }
    : { kind: 'no-data', why: 'it was measured before the change, and not since' }
}
