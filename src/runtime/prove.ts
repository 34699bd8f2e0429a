import { describeCondition } from '../core/conditions/describe.ts'
import { judge } from '../core/conditions/judge.ts'
import { limitIn } from '../core/conditions/limit.ts'
import type { Measure } from '../core/conditions/sample.ts'
import type { Judgement } from '../core/conditions/judgement.ts'
import type { Taken } from '../core/conditions/moments.ts'
import type { Measurement } from '../core/contract.ts'
import type { Condition, SignalDef, Verify } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Judged, RunEvent } from '../core/run/events.ts'
import type { Carrier } from './carrier.ts'
import { measure, orUnreachable } from './measure.ts'
import { atTheEnd, lookAtSurfaces, type SurfaceVerdict } from './surfaces-proof.ts'

const EVERY = 5000
/** Milliseconds between two looks at what has been sampled. */
const BETWEEN_LOOKS = 25
/** Milliseconds between two readings of the surfaces while they do not say the target. */
const SURFACES_EVERY = 1000
const NO_CONDITIONS: Verify = { within: 60_000, must: [], should: [] }

interface Proof {
  verdict: Judged
  degraded: string[]
  why: string
}

/**
 * Proves that the right version is live: all conditions that must hold do, and every surface says the target. Nothing
 * when it was interrupted: half a proof on record would stand in the way of a whole one.
 */
export async function prove(carrier: Carrier): Promise<Extract<RunEvent, { type: 'proof' }> | undefined> {
  const { plan } = carrier
  const verify = plan.verify ?? NO_CONDITIONS
  const watched = watch(carrier, plan, verify)
  let surfaces: SurfaceVerdict[] = []
  let at = -Infinity
  await untilDecided(carrier, verify.within, watched, async () => {
    // Surfaces are read again only after everything else holds: that is cheap, and it is the last word.
    if (!musts(watched).every(({ judgement }) => judgement.verdict === 'holds')) return false
    const well = surfaces.length > 0 && surfaces.every(({ verdict }) => verdict === 'holds')
    if (carrier.now() - at >= (well ? EVERY : SURFACES_EVERY)) {
      surfaces = await lookAtSurfaces(carrier)
      at = carrier.now()
    }
    return surfaces.every(({ verdict }) => verdict === 'holds')
  })
  // What was read a while ago, or never, is read once more: the last word is about now.
  if (carrier.now() - at >= SURFACES_EVERY) surfaces = await lookAtSurfaces(carrier)
  surfaces = atTheEnd(surfaces)
  if (carrier.interrupted()) return undefined

  for (const one of watched) await carrier.append(judgedEvent(one))
  for (const { surface, verdict, words } of surfaces) {
    await carrier.append({ type: 'surface-proven', surface, verdict, words })
  }
  return { type: 'proof', ...summary(watched, surfaces, hasUnmeasuredCall(plan)) }
}

/** A call without a check of its own, in a plan none of whose steps measures anything by itself. */
function hasUnmeasuredCall({ steps }: Plan): boolean {
  const going = steps.filter(({ skip }) => skip === undefined)
  return (
    going.some(({ kind, call }) => kind === 'call' && call?.observable !== true) &&
    !going.some(({ verify }) => verify)
  )
}

/** The same for the conditions of one step. */
export async function proveStep(
  carrier: Carrier,
  step: string,
  verify: Verify,
): Promise<RunEvent | undefined> {
  const watched = watch(carrier, carrier.plan, verify)
  await untilDecided(carrier, verify.within, watched, async () =>
    musts(watched).every(({ judgement }) => judgement.verdict === 'holds'),
  )
  if (carrier.interrupted()) return undefined
  for (const one of watched) await carrier.append(judgedEvent(one))
  const { verdict, why } = summary(watched, [])
  return { type: 'step-verified', step, verdict, words: why }
}

// ---------------------------------------------------------------- watching

export interface Watched {
  condition: Condition
  role: 'must' | 'should'
  signal: SignalDef | undefined
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

function musts(watched: Watched[]): Watched[] {
  return watched.filter(({ role }) => role === 'must')
}

/** Samples every condition at its own pace until all hold, one has failed for good, or the time is over. */
async function untilDecided(
  carrier: Carrier,
  within: number,
  watched: Watched[],
  allHold: () => Promise<boolean>,
): Promise<void> {
  const end = Math.max(carrier.now() + within, ...watched.map((one) => one.until))
  let told = ''
  let looked = false
  for (;;) {
    if (carrier.interrupted()) return
    for (const one of watched.filter((each) => isDue(each, carrier.now()))) void startSample(carrier, one)
    // With nothing to sample, the surfaces can be looked at at once.
    if (watched.length > 0 || looked) await carrier.sleep(BETWEEN_LOOKS)
    looked = true
    const words = watched
      .map(({ condition, judgement }) => `${condition.signal}: ${judgement.words}`)
      .join('; ')
    if (words !== told) carrier.news(words)
    told = words
    if (await allHold()) {
      if (shouldsSettled(carrier, watched)) return
    } else if (musts(watched).some((one) => isLost(one, carrier.now()))) return
    if (carrier.now() >= end) return
  }
}

export function isDue({ due, sampling, judgement }: Watched, now: number): boolean {
  return due <= now && !sampling && !judgement.final
}

/** A must that failed for good, or whose own time is over before it held. One blip after it held has time to pass. */
function isLost({ judgement, until, held }: Watched, now: number): boolean {
  if (judgement.verdict === 'holds') return false
  return judgement.final || (now >= until && !held)
}

/** A `should` gets its time, and does not hold up a run that is well otherwise for longer. */
function shouldsSettled(carrier: Carrier, watched: Watched[]): boolean {
  return watched.every(({ role, judgement, until, taken }) => {
    if (role === 'must' || judgement.verdict === 'holds' || judgement.final) return true
    return taken.length > 0 && carrier.now() >= until
  })
}

export async function startSample(carrier: Sampling, one: Watched): Promise<void> {
  one.sampling = true
  const every = one.condition.every ?? one.signal?.every ?? EVERY
  one.due = carrier.now() + every
  const measurement = takenSince(one.since, await takeSample(carrier, one))
  one.taken.push({ at: carrier.now(), measurement })
  one.judgement = judge(one.condition, one.taken, {
    now: carrier.now(),
    every,
    unit: one.signal?.unit,
    ...writtenBaseline(one.signal),
    speaks: 'of-health',
  })
  if (one.judgement.verdict === 'holds' && carrier.now() <= one.until) one.held = true
  one.sampling = false
}

/** What lies before is no proof of what is now: a file of an earlier step of CI, a point of a metric. */
function takenSince(since: number, measurement: Measurement): Measurement {
  if (measurement.kind !== 'samples') return measurement
  const samples = measurement.samples.filter(({ at }) => at >= since)
  return samples.length > 0
    ? { ...measurement, samples }
    : { kind: 'no-data', why: 'it was measured before the change, and not since' }
}

/** What was usual before is not asked for while it is proven: only what is written down is known here. */
function writtenBaseline(signal: SignalDef | undefined): Pick<Measure, 'baseline' | 'floor'> {
  const { value, floor } = signal?.baseline ?? {}
  return { baseline: value === undefined ? undefined : limitIn(signal?.unit, value), floor }
}

async function takeSample(
  { plan, secrets, session }: Sampling,
  { signal, condition }: Watched,
): Promise<Measurement> {
  if (signal === undefined) return { kind: 'unreachable', why: `there is no signal "${condition.signal}"` }
  return orUnreachable(measure(plan, secrets, signal, session.read))
}

// ---------------------------------------------------------------- summing up

function judgedEvent({ condition, role, judgement }: Watched): RunEvent {
  return {
    type: 'condition-judged',
    condition: describeCondition(condition),
    role,
    verdict: judgement.verdict,
    words: judgement.words,
  }
}

/** A tag that was moved does not show that the service which is to run it does. */
const UNMEASURED_CALL =
  'a call was made, and nothing measures what came of it: give the runbook a `release.live` signal or a `verify`'

function summary(watched: Watched[], surfaces: SurfaceVerdict[], unmeasuredCall = false): Proof {
  const required = [
    ...musts(watched).map(({ condition, judgement }) => ({
      name: describeCondition(condition),
      ...judgement,
    })),
    ...surfaces.map(({ surface, verdict, words }) => ({ name: surface, verdict, words })),
  ]
  const degraded = watched
    .filter(({ role, judgement }) => role === 'should' && judgement.verdict !== 'holds')
    .map(({ condition, judgement }) => `${describeCondition(condition)}: ${judgement.words}`)
  const failing = required.filter(({ verdict }) => verdict === 'fails')
  const unknown = required.filter(({ verdict }) => verdict === 'unknown')
  const say = (list: typeof required) => list.map(({ name, words }) => `${name}: ${words}`).join('; ')
  if (failing.length > 0) return { verdict: 'fails', degraded, why: say(failing) }
  if (required.length === 0)
    return { verdict: 'unknown', degraded, why: 'the runbook says nothing that could prove it' }
  if (unknown.length === 0 && watched.length === 0 && unmeasuredCall)
    return { verdict: 'unknown', degraded, why: UNMEASURED_CALL }
  if (unknown.length > 0) return { verdict: 'unknown', degraded, why: say(unknown) }
  return { verdict: 'holds', degraded, why: say(required) }
}
