import { describeCondition } from '../core/conditions/describe.ts'
import type { Verify } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Judged, RunEvent } from '../core/run/events.ts'
import type { Carrier } from './carrier.ts'
import { askFacts, type Asking, recordSaid } from './ask-facts.ts'
import type { People, Said } from './asked-signal.ts'
import { type Demand, demandsOf, judgeAnew, partedByWhoKnows, sampleAll, sampleDue } from './demands.ts'
import { atTheEnd, lookAtSurfaces, type SurfaceVerdict } from './surfaces-proof.ts'

/** Milliseconds between two looks at what has been sampled. */
const BETWEEN_LOOKS = 25
/** Milliseconds between two readings of the surfaces: while they say the target, and while they do not. */
const SURFACES_AGAIN = 5000
const SURFACES_EVERY = 1000
const NO_CONDITIONS: Verify = { within: 60_000, must: [], should: [] }

interface Proof {
  verdict: Judged
  degraded: string[]
  why: string
}

/** How what only people know is learned. */
export interface Knowing {
  askFact?: People['ask'] | undefined
  /** Not before the last change. */
  said?: Said | undefined
  /** All that was given beforehand; what is not in `said` says nothing of how things are now. */
  beforehand?: People['answers'] | undefined
}

/**
 * Proves that the right version is live: all conditions that must hold do, and every surface says the target. Nothing
 * when it was interrupted: half a proof on record would stand in the way of a whole one.
 */
export async function prove(
  carrier: Carrier,
  knowing: Knowing = {},
): Promise<Extract<RunEvent, { type: 'proof' }> | undefined> {
  const { plan } = carrier
  let surfaces: SurfaceVerdict[] = []
  let at = -Infinity
  const demands = await judgeAll(carrier, plan.verify ?? NO_CONDITIONS, knowing, async () => {
    // Surfaces are read again only after everything else holds: that is cheap, and it is the last word.
    const well = surfaces.length > 0 && surfaces.every(({ verdict }) => verdict === 'holds')
    if (carrier.now() - at >= (well ? SURFACES_AGAIN : SURFACES_EVERY)) {
      surfaces = await lookAtSurfaces(carrier)
      at = carrier.now()
    }
    return surfaces.every(({ verdict }) => verdict === 'holds')
  })
  // What was read a while ago, or never, is read once more: the last word is about now.
  if (carrier.now() - at >= SURFACES_EVERY) surfaces = await lookAtSurfaces(carrier)
  surfaces = atTheEnd(surfaces)
  if (carrier.interrupted()) return undefined

  for (const one of demands) await carrier.append(judgedEvent(one))
  for (const { surface, verdict, words } of surfaces) {
    await carrier.append({ type: 'surface-proven', surface, verdict, words })
  }
  return { type: 'proof', ...summary(demands, surfaces, hasUnmeasuredCall(plan)) }
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
  knowing: Knowing = {},
): Promise<RunEvent | undefined> {
  const demands = await judgeAll(carrier, verify, knowing, async () => true)
  if (carrier.interrupted()) return undefined
  for (const one of demands) await carrier.append(judgedEvent(one))
  const { verdict, why } = summary(demands, [])
  return { type: 'step-verified', step, verdict, words: why }
}

/**
 * Measures until it is decided. A person is asked only what everything else speaks for, and has the time they need;
 * what was measured before that is measured once more. `asWell`: what has to hold besides, looked at last.
 */
async function judgeAll(
  carrier: Carrier,
  verify: Verify,
  { askFact, said = {}, beforehand = {} }: Knowing,
  asWell: () => Promise<boolean>,
): Promise<Demand[]> {
  const demands = await demandsOf(carrier, verify, said)
  const { measured, asked } = partedByWhoKnows(demands)
  const allHold = async (): Promise<boolean> =>
    musts(measured).every(({ judgement }) => judgement.verdict === 'holds') && asWell()
  await untilDecided(carrier, verify.within, measured, allHold)
  if (asked.length === 0 || carrier.interrupted() || !(await allHold())) return demands
  const asking: Asking = {
    askFact,
    who: carrier.session.who,
    append: (event) => carrier.append(event),
    now: () => carrier.now(),
    interrupted: () => carrier.interrupted(),
  }
  await recordSaid(asked, said, asking)
  await askFacts(asked, asking)
  if (askFact === undefined) return demands.map((one) => withWayToSayIt(one, carrier.now(), beforehand))
  if (carrier.interrupted()) return demands
  judgeAnew(measured, carrier.now() + verify.within)
  await sampleAll(measured)
  await untilDecided(carrier, verify.within, measured, allHold)
  return demands
}

/** Nobody is there: whoever reads it can say it. */
function withWayToSayIt(demand: Demand, now: number, beforehand: People['answers']): Demand {
  const { watch, judgement } = demand
  if (watch.asked?.open(now) !== true) return demand
  const way = `--answer ${watch.name}=… of the same run again`
  const given = beforehand[watch.name] === undefined ? '' : 'what was said before the change does not count; '
  return { ...demand, judgement: { ...judgement, words: `${judgement.words} (${given}${way})` } }
}

function musts(demands: readonly Demand[]): Demand[] {
  return demands.filter(({ role }) => role === 'must')
}

/** Samples every condition at its own pace until all hold, one has failed for good, or the time is over. */
async function untilDecided(
  carrier: Carrier,
  within: number,
  demands: readonly Demand[],
  allHold: () => Promise<boolean>,
): Promise<void> {
  const end = Math.max(carrier.now() + within, ...demands.map((one) => one.until))
  let told = ''
  let looked = false
  for (;;) {
    if (carrier.interrupted()) return
    sampleDue(demands)
    // With nothing to sample, the surfaces can be looked at at once.
    if (demands.length > 0 || looked) await carrier.sleep(BETWEEN_LOOKS)
    looked = true
    const words = demands
      .map(({ condition, judgement }) => `${condition.signal}: ${judgement.words}`)
      .join('; ')
    if (words !== told) carrier.news(words)
    told = words
    if (await allHold()) {
      if (shouldsSettled(carrier, demands)) return
    } else if (musts(demands).some((one) => isLost(one, carrier.now()))) return
    if (carrier.now() >= end) return
  }
}

/** A must that failed for good, or whose own time is over before it held. One blip after it held has time to pass. */
function isLost({ judgement, until, held }: Demand, now: number): boolean {
  if (judgement.verdict === 'holds') return false
  return judgement.final || (now >= until && !held)
}

/** A `should` gets its time, and does not hold up a run that is well otherwise for longer. */
function shouldsSettled(carrier: Carrier, demands: readonly Demand[]): boolean {
  return demands.every(({ role, judgement, until, watch }) => {
    if (role === 'must' || judgement.verdict === 'holds' || judgement.final) return true
    return watch.taken.length > 0 && carrier.now() >= until
  })
}

// ---------------------------------------------------------------- summing up

function judgedEvent({ condition, role, judgement }: Demand): RunEvent {
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

function summary(demands: readonly Demand[], surfaces: SurfaceVerdict[], unmeasuredCall = false): Proof {
  const required = [
    ...musts(demands).map(({ condition, judgement }) => ({
      name: describeCondition(condition),
      ...judgement,
    })),
    ...surfaces.map(({ surface, verdict, words }) => ({ name: surface, verdict, words })),
  ]
  const degraded = demands
    .filter(({ role, judgement }) => role === 'should' && judgement.verdict !== 'holds')
    .map(({ condition, judgement }) => `${describeCondition(condition)}: ${judgement.words}`)
  const failing = required.filter(({ verdict }) => verdict === 'fails')
  const unknown = required.filter(({ verdict }) => verdict === 'unknown')
  const say = (list: typeof required) => list.map(({ name, words }) => `${name}: ${words}`).join('; ')
  if (failing.length > 0) return { verdict: 'fails', degraded, why: say(failing) }
  if (required.length === 0)
    return { verdict: 'unknown', degraded, why: 'the runbook says nothing that could prove it' }
  if (unknown.length === 0 && demands.length === 0 && unmeasuredCall)
    return { verdict: 'unknown', degraded, why: UNMEASURED_CALL }
  if (unknown.length > 0) return { verdict: 'unknown', degraded, why: say(unknown) }
  return { verdict: 'holds', degraded, why: say(required) }
}
