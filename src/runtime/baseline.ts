import type { Baselines } from '../core/conditions/judgement.ts'
import { limitIn } from '../core/conditions/limit.ts'
import { seriesKey } from '../core/conditions/series.ts'
import type { Measurement, Period, Sample } from '../core/contract.ts'
import type { SignalDef } from '../core/model.ts'
import { loadSource } from './load-action.ts'

// What a signal usually is: written down, or measured at a time that has passed.

export interface Past {
  /** Milliseconds since the epoch: what an `offset` is counted back from. The same however often it is asked for. */
  asOf: number
  /** The clock. */
  now(): number
  ask(period: Period): Promise<Measurement>
}

/** Where it is not known: why. */
export async function baselineOf(signal: SignalDef, past: Past): Promise<Baselines> {
  const { baseline, unit } = signal
  if (baseline?.value !== undefined) return limitIn(unit, baseline.value)
  if (baseline?.offset === undefined) return undefined
  // A source without a history would tell what is now, and now is never five times now.
  if ((await loadSource(signal.source)).keepsHistory !== true)
    return { unknown: 'its source keeps no history' }
  return usualIn(await past.ask({ offset: past.now() - past.asOf + baseline.offset }))
}

function usualIn(measured: Measurement): Baselines {
  if (measured.kind === 'unreachable') return { unknown: measured.why }
  if (measured.kind === 'no-data') return { unknown: `there was no data: ${measured.why}` }
  if (measured.kind === 'samples') return lastNumber(measured.samples) ?? { unknown: 'there was no number' }
  return new Map(
    measured.series.flatMap(({ labels, samples }) => {
      const value = lastNumber(samples)
      return value === undefined ? [] : [[seriesKey(labels), value]]
    }),
  )
}

function lastNumber(samples: readonly Sample[]): number | undefined {
  const value = samples.at(-1)?.value
  return typeof value === 'number' ? value : undefined
}
