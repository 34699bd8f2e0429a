import type { CallAction, SetAction } from '../core/contract.ts'
import type { Runbook, Step } from '../core/model.ts'
import { mentionsTarget } from '../core/plan/bind.ts'
import { sentenceOf } from '../core/problem.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { listCandidates } from './candidates.ts'
import { loadAction } from './load-action.ts'
import { liveVersion, measureSignals } from './make-plan.ts'
import { describeMeasurement } from './measure.ts'
import { groundOf, planHead, procedureNamed } from './plan-ground.ts'
import { describeSecret, type Secrets } from './secrets.ts'
import { reasonOf } from './survey.ts'
import type { Readiness, Session } from './types.ts'

type SurfaceReadiness = Readiness['surfaces'][number]
type CallReadiness = Readiness['calls'][number]

/** The readiness check of any day: credentials, surfaces, signals, candidates. Options that mention the target do not matter to it. */
export async function checkReadiness(
  session: Session,
  runbook: Runbook,
  procedureName?: string,
): Promise<Readiness> {
  const procedure = procedureNamed(runbook, procedureName)
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), { given: '' }))
  const secrets = session.secretsOf(runbook.secrets)
  const [steps, secretStates, measured] = await Promise.all([
    Promise.all(procedure.steps.map((step) => stepReadiness({ session, ground, secrets }, step))),
    Promise.all(Object.keys(runbook.secrets).map((name) => secretReadiness(runbook, secrets, name))),
    measureSignals(session, runbook, ground),
  ])
  const live = liveVersion(runbook, measured)
  const candidates = await listCandidates(
    session,
    runbook,
    procedure,
    ground,
    'release' in live ? live.release : undefined,
  )
  return {
    service: runbook.service,
    environment: runbook.environment,
    procedure: procedure.name,
    surfaces: steps.flatMap((step) => step.surfaces),
    calls: steps.flatMap((step) => step.calls),
    secrets: secretStates,
    signals: Object.entries(measured).map(([name, measurement]) => ({
      name,
      value: describeMeasurement(measurement),
      state:
        measurement.kind !== 'samples'
          ? 'unknown'
          : measurement.samples.some((sample) => sample.failing)
            ? 'failing'
            : 'measured',
    })),
    candidates,
  }
}

interface At {
  session: Session
  ground: BindingGround
  secrets: Secrets
}

async function stepReadiness(
  at: At,
  step: Step,
): Promise<{ surfaces: SurfaceReadiness[]; calls: CallReadiness[] }> {
  const action = await loadAction(step.uses)
  if (action.kind === 'gate') return { surfaces: [], calls: [] }
  try {
    return action.kind === 'set'
      ? { surfaces: await surfaceReadiness(at, step, action), calls: [] }
      : { surfaces: [], calls: [await callReadiness(at, step, action)] }
  } catch (error) {
    const { why, cure } = reasonOf(error)
    return { surfaces: [], calls: [{ step: step.id, uses: step.uses, state: 'unknown', why, cure }] }
  }
}

async function surfaceReadiness(
  at: At,
  step: Step,
  action: SetAction<unknown, unknown>,
): Promise<SurfaceReadiness[]> {
  const options = await bindOptions(at.ground, at.secrets, action.options, step.with)
  const readings = await action.surfaces(options, at.session.read)
  return readings.map(({ surface, seen, busy, ownedBy }) => {
    const base = { step: step.id, surface: surface.id, type: surface.type }
    if (seen.status === 'absent')
      return { ...base, live: 'absent', state: 'missing' as const, why: 'there is nothing there yet' }
    if (seen.status !== 'present')
      return { ...base, live: '', state: seen.status, why: seen.why, cure: seen.cure }
    if (ownedBy !== undefined)
      return {
        ...base,
        live: seen.label,
        state: 'owned' as const,
        why: `${ownedBy} owns it and would put it back`,
      }
    if (busy !== undefined) return { ...base, live: seen.label, state: 'busy' as const, why: busy }
    return { ...base, live: seen.label, state: 'ready' as const }
  })
}

async function callReadiness(at: At, step: Step, action: CallAction<unknown>): Promise<CallReadiness> {
  const base = { step: step.id, uses: step.uses }
  const options = await bindOptions(at.ground, at.secrets, action.options, step.with)
  // A check that needs the target has nothing to say on an ordinary day.
  if (action.ready === undefined || mentionsTarget(step.with)) return { ...base, state: 'ready' }
  const readiness = await action.ready(options, at.session.read)
  if (readiness.kind === 'ready') return { ...base, state: 'ready' }
  return { ...base, state: readiness.kind, why: readiness.why, cure: readiness.cure }
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
