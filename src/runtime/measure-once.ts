import { GAP } from '../core/conditions/judgement.ts'
import type { Measurement } from '../core/source.ts'
import { formatDuration } from '../core/duration.ts'
import { saidNow } from './asked-signal.ts'
import type { Basis } from './basis.ts'
import type { Measured } from './judge-signals.ts'
import type { LookBack } from './look-backs.ts'
import { watchSignal } from './signal-watch.ts'

/** The signals as they are now: all at once, each measured once. `answers` are what people have said beforehand. */
export function measuredOnce(
  basis: Basis,
  wanted: readonly LookBack[],
  answers: Readonly<Record<string, string>> = {},
): Promise<Measured[]> {
  return Promise.all(
    wanted.map(async (one) => {
      const watch = await watchSignal(basis, one, {
        said: saidNow(answers, basis.session.read.now()),
        inTime: true,
        once: true,
      })
      await watch.sample()
      return watch
    }),
  )
}

/** What each is now, over its own window and at its own pace, by name; what nobody was asked is not among it. */
export function lastOf(signals: readonly Measured[]): Record<string, Measurement> {
  const own = signals.filter(
    ({ own: { window, every }, asked, taken }) =>
      window === undefined && every === undefined && asked?.open(taken.at(-1)?.at ?? 0) !== true,
  )
  return Object.fromEntries(own.map((one) => [one.name, asOfNow(one)]))
}

/** The last point of a history that has broken off is not what is now. */
function asOfNow({ taken, every }: Measured): Measurement {
  const { at, measurement } = taken.at(-1) ?? { at: 0, measurement: NOT_MEASURED }
  if (measurement.kind !== 'samples' || measurement.from === undefined) return measurement
  const last = measurement.samples.at(-1)
  if (last === undefined || at - last.at <= GAP * every) return measurement
  return { kind: 'no-data', why: `none for ${formatDuration(at - last.at)}` }
}

const NOT_MEASURED: Measurement = { kind: 'no-data', why: 'it was not measured' }
