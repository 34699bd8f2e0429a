import type { Baselines } from '../core/conditions/judgement.ts'
import { limitIn } from '../core/conditions/limit.ts'
import { seriesKey } from '../core/conditions/series.ts'
import type { Measurement, Period, Sample } from '../core/source.ts'
import type { SignalDef } from '../core/model.ts'
import { loadSource } from './load-action.ts'

// What a signal usually is: written down, or measured at a time that has passed.

export interface Past {
  /** Milliseconds since the epoch: what an `offset` is counted back from. The same however often it is asked for. */
  asOf: number
  /** The clock. */
  now(): number
  ask(period: Period): Promise<Measurement>
  /** When the version was deployed that the incident is about: in milliseconds since the epoch, or why that is not known. */
  deployed(): Promise<{ at: number } | { unknown: string }>
}

/** Where it is not known: why. */
export async function baselineOf(signal: SignalDef, past: Past): Promise<Baselines> {
  const { baseline, unit } = signal
  if (baseline?.value !== undefined) return limitIn(unit, baseline.value)
  if (baseline === undefined) return undefined
  const { offset, before_deployment } = baseline
  // A source without a history would tell what is now, and now is never five times now.
  if ((await loadSource(signal.source)).keepsHistory !== true)
    return { unknown: 'its source keeps no history' }
  if (offset !== undefined) return usualIn(await past.ask({ offset: past.now() - past.asOf + offset }), last)
  const deployed = await past.deployed()
  if ('unknown' in deployed) return deployed
  const before = { history: before_deployment, every: signal.every, offset: past.now() - deployed.at }
  return usualIn(await past.ask(before), median)
}

function usualIn(measured: Measurement, of: (values: readonly number[]) => number | undefined): Baselines {
  if (measured.kind === 'unreachable') return { unknown: measured.why }
  if (measured.kind === 'no-data') return { unknown: `there was no data: ${measured.why}` }
  if (measured.kind === 'samples')
    return of(numbersIn(measured.samples)) ?? { unknown: 'there was no number' }
  return new Map(
    measured.series.flatMap(({ labels, samples }) => {
      const value = of(numbersIn(samples))
      return value === undefined ? [] : [[seriesKey(labels), value]]
    }),
  )
}

function numbersIn(samples: readonly Sample[]): number[] {
  return samples.flatMap(({ value }) => (typeof value === 'number' && Number.isFinite(value) ? [value] : []))
}

function last(values: readonly number[]): number | undefined {
  return values.at(-1)
}

/** One spike on the way is not what is usual. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  const other = sorted[Math.ceil((sorted.length - 1) / 2)]
  return middle === undefined || other === undefined ? undefined : (middle + other) / 2
}
