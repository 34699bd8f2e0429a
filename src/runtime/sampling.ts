import { judge } from '../core/conditions/judge.ts'
import { type Baselines, isBySeries, type Judgement } from '../core/conditions/judgement.ts'
import type { Taken } from '../core/conditions/moments.ts'
import { usesBaseline } from '../core/conditions/sample.ts'
import type { Measurement, Sample } from '../core/contract.ts'
import type { Condition, SignalDef, Verify } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import { baselineOf } from './baseline.ts'
import type { Carrier } from './carrier.ts'
import { deployedBy } from './deployment.ts'
import { measure, orUnreachable } from './measure.ts'
import { EVERY } from './watch-signal.ts'

// Conditions that are sampled, each at its own pace: of verify, and of bake.

export interface Watched {
  condition: Condition
  role: 'must' | 'should'
  signal: SignalDef | undefined
  baseline: Baselines
  taken: Taken[]
  judgement: Judgement
  /** When it began to be watched, in milliseconds since the epoch. */
  since: number
  /** When the next sample is due. */
  due: number
  /** A sample is being taken: a slow smoke test must not hold up the others. */
  sampling: boolean
  /** A condition may have less time than the whole, or more. */
  until: number
  /** It has held within its own time: what it says after that is judged with the whole. */
  held: boolean
}

/** What sampling needs of a carrier: a bake has no run to carry out any more. */
export type Sampling = Pick<Carrier, 'session' | 'plan' | 'secrets' | 'now'>

export function watch(carrier: Sampling, plan: Plan, verify: Verify): Watched[] {
  const start = carrier.now()
  const watched = (role: Watched['role']) => (condition: Condition) => ({
    condition,
    role,
    signal: plan.signals[condition.signal],
    baseline: undefined,
    taken: [],
    judgement: { verdict: 'unknown' as const, words: 'not measured yet', final: false },
    since: start,
    due: start,
    sampling: false,
    until: start + (condition.within ?? verify.within),
    held: false,
  })
  return [...verify.must.map(watched('must')), ...verify.should.map(watched('should'))]
}

export function isDue({ due, sampling, judgement }: Watched, now: number): boolean {
  return due <= now && !sampling && !judgement.final
}

/** Milliseconds between two samples. */
export function paceOf({ condition, signal }: Pick<Watched, 'condition' | 'signal'>): number {
  return condition.every ?? signal?.every ?? EVERY
}

export async function startSample(carrier: Sampling, one: Watched): Promise<void> {
  one.sampling = true
  const every = paceOf(one)
  one.due = carrier.now() + every
  const [sample, baseline] = await Promise.all([takeSample(carrier, one), usualOf(carrier, one)])
  one.baseline = baseline
  const measurement = takenSince(one.since, sample)
  one.taken.push({ at: carrier.now(), measurement })
  one.judgement = judge(one.condition, one.taken, {
    now: carrier.now(),
    every,
    unit: one.signal?.unit,
    baseline,
    floor: one.signal?.baseline?.floor,
    speaks: 'of-health',
  })
  if (one.judgement.verdict === 'holds' && carrier.now() <= one.until) one.held = true
  one.sampling = false
}

/** What lies before is no proof of what is now: a file of an earlier step of CI, a point of a metric. */
function takenSince(since: number, measurement: Measurement): Measurement {
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

/** Of a time before the run was planned, however long it takes to prove it; asked for again until it is known. */
async function usualOf(carrier: Sampling, one: Watched): Promise<Baselines> {
  const { signal, baseline, condition } = one
  const isKnown = typeof baseline === 'number' || isBySeries(baseline)
  if (signal === undefined || isKnown || !usesBaseline(condition)) return baseline
  const { plan, secrets, session } = carrier
  return baselineOf(signal, {
    asOf: Date.parse(plan.createdAt),
    now: session.read.now,
    deployed: async () => deployedBy(plan),
    ask: (period) => orUnreachable(measure(plan, secrets, signal, session.read, period)),
  })
}

async function takeSample(
  { plan, secrets, session }: Sampling,
  { signal, condition }: Watched,
): Promise<Measurement> {
  if (signal === undefined) return { kind: 'unreachable', why: `there is no signal "${condition.signal}"` }
  return orUnreachable(measure(plan, secrets, signal, session.read))
}
