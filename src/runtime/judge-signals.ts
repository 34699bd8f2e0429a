import type { JudgingAll } from '../core/conditions/judgement.ts'
import { judgeBy, type KnownOf } from '../core/conditions/known.ts'
import type { Speaks } from '../core/conditions/moments.ts'
import type { JudgeOne } from '../core/conditions/statement.ts'
import { measuredAs } from './look-backs.ts'
import type { SignalWatch } from './signal-watch.ts'

/** A signal, and what was measured of it. */
export type Measured = Pick<
  SignalWatch,
  'name' | 'own' | 'signal' | 'every' | 'pace' | 'taken' | 'baseline' | 'asked'
>

/** The same, with how far back it was asked. */
export type Explainable = Measured & Pick<SignalWatch, 'history'>

/** The judge of conditions on these signals. */
export function judgeOf(signals: readonly Measured[], now: number, speaks: Speaks): JudgeOne {
  return judgeBy(knownBy(signals, now, speaks))
}

export function knownBy(signals: readonly Measured[], now: number, speaks: Speaks): KnownOf {
  const byKey = new Map(signals.map((one) => [measuredAs({ signal: one.name, ...one.own }), one]))
  return (condition) => {
    const one = byKey.get(measuredAs(condition))
    if (one === undefined) throw new Error(`"${condition.signal}" is judged and was not measured`)
    return { signal: one.signal, taken: one.taken, judging: judgingOf(one, now, speaks) }
  }
}

/** The signals with what was known of them at a moment, in milliseconds since the epoch. */
export function measuredUntil(signals: readonly SignalWatch[], until: number): Explainable[] {
  return signals.map(({ name, own, signal, every, pace, baseline, asked, history, taken }) => {
    const known = taken.filter(({ at }) => at <= until)
    return { name, own, signal, every, pace, baseline, asked, history, taken: known }
  })
}

export function judgingOf(
  { pace, signal, baseline }: Pick<SignalWatch, 'pace' | 'signal' | 'baseline'>,
  now: number,
  speaks: Speaks,
): JudgingAll {
  return { now, every: pace, unit: signal.unit, baseline, floor: signal.baseline?.floor, speaks }
}
