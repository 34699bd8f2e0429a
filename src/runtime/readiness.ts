import type { CallAction, CallReadiness as Found, Reading, SetAction } from '../core/contract.ts'
import type { Measurement } from '../core/source.ts'
import type { Runbook, Step } from '../core/model.ts'
import { describeStatement } from '../core/conditions/describe.ts'
import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { mentionsTarget } from '../core/plan/bind.ts'
import type { PlannedGuard } from '../core/plan/types.ts'
import { sentenceOf } from '../core/problem.ts'
import { type Candidate, isChoice, releaseName } from '../core/release.ts'
import { guardsOf, judgedGuards } from './ask-guards.ts'
import { basisOf } from './basis.ts'
import { inFolderOf } from './in-folder.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { offeredCandidates } from './candidates.ts'
import { loadAction } from './load-action.ts'
import { everySignal, lookBacks } from './look-backs.ts'
import { liveVersion } from './make-plan.ts'
import { describeMeasurement } from './measure.ts'
import { lastOf, measuredOnce } from './measure-once.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
import { readinessQuestions } from './readiness-questions.ts'
import { groundFor, type LookedAt, type TrialGround, tryOut } from './readiness-trial.ts'
import { describeSecret, type Secrets } from './secrets.ts'
import { reasonOf } from './survey.ts'
import type { Readiness, Session } from './types.ts'

type SurfaceReadiness = Readiness['surfaces'][number]
type CallReadiness = Readiness['calls'][number]

/**
 * The readiness check of any day: credentials, surfaces, signals, candidates. What needs a target is asked with the
 * candidate that comes first; whatever cannot be read is an item of the answer, never the end of it.
 */
export async function checkReadiness(
  outer: Session,
  runbook: Runbook,
  procedureName?: string,
): Promise<Readiness> {
  const session = inFolderOf(runbook.path, outer)
  const procedure = procedureNamed(runbook, procedureName)
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), { given: '' }))
  const at = { session, runbook, procedure, ground, secrets: session.secretsOf(runbook.secrets) }
  const [steps, secretStates, { measured, guards, offered }, questions] = await Promise.all([
    Promise.all(procedure.steps.map((step) => stepReadiness(at, step))),
    Promise.all(Object.keys(runbook.secrets).map((name) => secretReadiness(runbook, at.secrets, name))),
    measuredAndOffered(at),
    readinessQuestions(runbook, procedure),
  ])
  const { candidates, candidatesUnread } = offered
  const choices = candidates.filter(isChoice)
  const [surfaces, calls] = await Promise.all([
    Promise.all(steps.flatMap((step) => step.surfaces).map((surface) => withTrial(at, surface, choices))),
    Promise.all(steps.flatMap((step) => step.calls).map((call) => askedCall(at, call, choices))),
  ])
  return {
    service: runbook.service,
    environment: runbook.environment,
    procedure: procedure.name,
    surfaces,
    calls,
    secrets: secretStates,
    signals: signalReadiness(measured, runbook.signals),
    guards,
    questions,
    candidates,
    candidatesUnread,
  }
}

interface At extends TrialGround {
  ground: BindingGround
}

function signalReadiness(
  measured: Record<string, Measurement>,
  signals: Runbook['signals'],
): Readiness['signals'] {
  return Object.entries(measured).map(([name, measurement]) => ({
    name,
    value: describeMeasurement(measurement, signals[name]?.unit),
    state: signalState(measurement),
  }))
}

function signalState(measurement: Measurement): Readiness['signals'][number]['state'] {
  if (measurement.kind === 'series')
    return measurement.series.some(({ samples }) => samples.length > 0) ? 'measured' : 'unknown'
  if (measurement.kind !== 'samples') return 'unknown'
  return measurement.samples.some((sample) => sample.failing) ? 'failing' : 'measured'
}

// ---------------------------------------------------------------- candidates

/** Which of the candidates is live, the signals say. */
async function measuredAndOffered(at: At): Promise<{
  measured: Record<string, Measurement>
  guards: Readiness['guards']
  offered: Awaited<ReturnType<typeof offeredCandidates>>
}> {
  const { session, runbook, procedure, ground } = at
  const guards = guardsOf(runbook, procedure, ground)
  const signals = await measuredOnce(
    basisOf(at),
    everySignal(
      runbook.signals,
      lookBacks({ signals: runbook.signals, demanded: guards.map(({ holds }) => holds) }),
    ),
  )
  const measured = lastOf(signals)
  const live = liveVersion(runbook, measured)
  const release = 'release' in live ? live.release : undefined
  return {
    measured,
    guards: judgedGuards(guards, signals, session.read.now()).map((guard) => guardReadiness(at, guard)),
    offered: await offeredCandidates(session, runbook, procedure, ground, release),
  }
}

function guardReadiness(
  { runbook }: At,
  { id, holds, note, verdict, words }: Omit<PlannedGuard, 'forced'>,
): Readiness['guards'][number] {
  const base = { guard: id, condition: describeStatement(holds), note }
  const speaksOf = conditionsIn(holds).map((condition) => [
    condition,
    runbook.signals[condition.signal]?.with,
  ])
  return mentionsTarget(speaksOf)
    ? { ...base, state: 'untried', words: 'it needs a version' }
    : { ...base, state: verdict, words }
}

// ---------------------------------------------------------------- steps

interface SurfaceLook {
  readiness: SurfaceReadiness
  /** Absent where a trial could tell nothing more. */
  looked?: LookedAt | undefined
}

interface CallLook {
  step: Step
  action?: CallAction<unknown> | undefined
  readiness: CallReadiness
}

async function stepReadiness(at: At, step: Step): Promise<{ surfaces: SurfaceLook[]; calls: CallLook[] }> {
  const action = await loadAction(step.uses)
  if (action.kind === 'gate') return { surfaces: [], calls: [] }
  const base = { step: step.id, uses: step.uses }
  try {
    return action.kind === 'set'
      ? { surfaces: await surfaceReadiness(at, step, action), calls: [] }
      : { surfaces: [], calls: [await callReadiness(at, step, action)] }
  } catch (error) {
    const { kind, why, cure } = reasonOf(error)
    const state = kind === 'missing' ? ('missing' as const) : ('unknown' as const)
    if (action.kind === 'call')
      return { surfaces: [], calls: [{ step, readiness: { ...base, state, why, cure } }] }
    const surface = { step: step.id, surface: step.uses, type: '', live: '', state, why, cure }
    return { surfaces: [{ readiness: surface }], calls: [] }
  }
}

async function surfaceReadiness(
  at: At,
  step: Step,
  action: SetAction<unknown, unknown>,
): Promise<SurfaceLook[]> {
  const options = await bindOptions(at.ground, at.secrets, action.options, step.with)
  const readings = await action.surfaces(options, at.session.read)
  return readings.map((reading) => {
    const readiness = readingReadiness(step, reading)
    const tells = readiness.state === 'ready' || readiness.state === 'missing'
    return { readiness, looked: tells ? { step, action, options, reading } : undefined }
  })
}

function readingReadiness(step: Step, { surface, seen, busy, ownedBy }: Reading<unknown>): SurfaceReadiness {
  const base = { step: step.id, surface: surface.id, type: surface.type }
  if (seen.status === 'absent')
    return { ...base, live: 'absent', state: 'missing', why: 'there is nothing there yet' }
  if (seen.status !== 'present')
    return { ...base, live: '', state: seen.status, why: seen.why, cure: seen.cure }
  if (ownedBy !== undefined)
    return { ...base, live: seen.label, state: 'owned', why: `${ownedBy} owns it and would put it back` }
  if (busy !== undefined) return { ...base, live: seen.label, state: 'busy', why: busy }
  return { ...base, live: seen.label, state: 'ready' }
}

async function withTrial(
  at: At,
  { readiness, looked }: SurfaceLook,
  candidates: readonly Candidate[],
): Promise<SurfaceReadiness> {
  return looked === undefined ? readiness : { ...readiness, trial: await tryOut(at, looked, candidates) }
}

async function callReadiness(at: At, step: Step, action: CallAction<unknown>): Promise<CallLook> {
  // Secrets and options are seen to even where the call has no check of its own.
  const options = await bindOptions(at.ground, at.secrets, action.options, step.with)
  const base = { step: step.id, uses: step.uses }
  if (action.ready === undefined)
    return {
      step,
      readiness: {
        ...base,
        state: 'unasked',
        why: 'it has no check: whether it works shows when it is made',
      },
    }
  if (mentionsTarget(step.with))
    return {
      step,
      action,
      readiness: { ...base, state: 'unasked', why: 'its check needs a version, and no candidate is known' },
    }
  return { step, readiness: { ...base, ...stateOf(await action.ready(options, at.session.read)) } }
}

/** A check that needs a target is asked with the first candidate. */
async function askedCall(
  at: At,
  { step, action, readiness }: CallLook,
  candidates: readonly Candidate[],
): Promise<CallReadiness> {
  const ground = candidates.map((candidate) => groundFor(at, candidate)).find((one) => one !== undefined)
  if (action?.ready === undefined || ground === undefined) return readiness
  const base = { step: step.id, uses: step.uses }
  try {
    const options = await bindOptions(ground, at.secrets, action.options, step.with)
    const found = stateOf(await action.ready(options, at.session.read))
    return { ...base, ...found, why: found.why ?? `asked with ${releaseName(ground.target)}` }
  } catch (error) {
    const { kind, why, cure } = reasonOf(error)
    return { ...base, state: kind === 'missing' ? 'missing' : 'unknown', why, cure }
  }
}

function stateOf(found: Found): Pick<CallReadiness, 'state' | 'checks' | 'why' | 'cure'> {
  return found.kind === 'ready'
    ? { state: 'ready', checks: found.checks }
    : { state: found.kind, why: found.why, cure: found.cure }
}

async function secretReadiness(
  runbook: Runbook,
  secrets: Secrets,
  name: string,
): Promise<Readiness['secrets'][number]> {
  const ref = runbook.secrets[name]
  const from = ref === undefined ? '' : describeSecret(ref)
  try {
    await secrets.value(name)
    return { name, from, state: 'ready' }
  } catch (error) {
    return { name, from, state: 'missing', why: sentenceOf(error) }
  }
}
