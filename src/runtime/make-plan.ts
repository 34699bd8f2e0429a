import { onRecord } from '../core/conditions/verdict.ts'
import type { Measurement } from '../core/source.ts'
import type { Procedure, Runbook, Step } from '../core/model.ts'
import { buildPlan } from '../core/plan/build.ts'
import type { BlockedTarget, StepKinds } from '../core/plan/input.ts'
import { servedOnly } from '../core/plan/served.ts'
import type { PlanOutcome } from '../core/plan/outcome.ts'
import type { SurveyedStep } from '../core/plan/survey.ts'
import type { LeftOut, LiveVersion, Plan } from '../core/plan/types.ts'
import type { Release } from '../core/release.ts'
import { guardsOf, judgedGuards } from './ask-guards.ts'
import { answersToSignals } from './answers.ts'
import { basisOf } from './basis.ts'
import { inFolderOf } from './in-folder.ts'
import { blockedBy, blockedWords, versionsOnRecord } from './blocked.ts'
import { decisionOf } from './decision.ts'
import { findTarget } from './find-target.ts'
import type { Measured } from './judge-signals.ts'
import { loadAction } from './load-action.ts'
import { everySignal, lookBacks } from './look-backs.ts'
import { describeMeasurement, liveOf } from './measure.ts'
import { lastOf, measuredOnce } from './measure-once.ts'
import { groundOf, planHead, procedureNamed, runbookSha256, unknownStep } from './plan-ground.ts'
import { sealWithoutSecrets } from './seal-without-secrets.ts'
import { surveySteps } from './survey.ts'
import { requireTargetNames } from './target-names.ts'
import type { PlanRequest, Session } from './types.ts'
import { digestsOf } from './version-digests.ts'

/** Looks at everything at once, and decides: a sealed plan, already there, or refused with every reason. */
export async function makePlan(outer: Session, request: PlanRequest): Promise<PlanOutcome> {
  const { runbook } = request
  const session = inFolderOf(runbook.path, outer)
  const procedure = procedureNamed(runbook, request.procedure)
  const kinds = await kindsOf(procedure.steps)
  const without = leftOut(procedure, kinds, request.without)
  const left = new Set(without.map(({ step }) => step))
  const steps = procedure.steps.filter((step) => !left.has(step.id))

  const { target, stale } = await findTarget(session, runbook, procedure, request.target, request.notTo)
  const head = planHead(session.read.now(), target, request.reason)
  const ground = groundOf(runbook, procedure, head)
  const guards = guardsOf(runbook, procedure, ground)
  requireTargetNames(ground, runbook, procedure, steps, guards)
  const secrets = session.secretsOf(runbook.secrets)
  const basis = basisOf({ session, runbook, procedure, ground, secrets })
  const [survey, signals, record] = await Promise.all([
    surveySteps({ session, ground, secrets }, steps),
    measuredOnce(
      basis,
      everySignal(runbook.signals, lookBacks({ ...runbook, demanded: guards.map(({ holds }) => holds) })),
      answersToSignals(procedure, request.answers),
    ),
    versionsOnRecord(session, runbook),
  ])
  const measured = lastOf(signals)
  const outcome = buildPlan({
    head,
    kinds,
    runbook,
    procedure,
    runbookSha256: runbookSha256(runbook),
    survey,
    without,
    live: liveVersion(runbook, measured),
    deployed: await deployedAt(runbook, basis),
    decision:
      request.decision ?? decisionAt({ ...runbook, procedures: [procedure] }, signals, session.read.now()),
    guards: judgedGuards(guards, signals, session.read.now()).map((guard) =>
      request.force === true && guard.verdict !== 'holds' ? { ...guard, forced: true } : guard,
    ),
    blocked: await blockedTarget(session, record, target, survey, request.force === true),
    evidence: [
      ...evidenceOf(measured, runbook.signals),
      ...(stale === undefined ? [] : [{ signal: 'history', value: stale }]),
    ],
  })
  // By now every secret that was used is known.
  return outcome.kind === 'refused'
    ? outcome
    : { ...outcome, plan: sealWithoutSecrets(session, outcome.plan) }
}

/** When the version that is live was deployed, where a baseline is of the time before; afterwards it is another one. */
async function deployedAt(
  { signals }: Runbook,
  basis: ReturnType<typeof basisOf>,
): Promise<string | undefined> {
  if (Object.values(signals).every(({ baseline }) => baseline?.before_deployment === undefined))
    return undefined
  const deployed = await basis.deployed()
  return 'at' in deployed ? new Date(deployed.at).toISOString() : undefined
}

/** What the triggers say of signals that were measured once. */
function decisionAt(runbook: Runbook, signals: readonly Measured[], now: number): Plan['decision'] {
  return runbook.triggers.length === 0 ? undefined : onRecord(decisionOf(runbook, signals, now, now))
}

/** By its names, and by what the surfaces would be set to: a tag may be new for an image that is blocked. */
async function blockedTarget(
  session: Session,
  record: Awaited<ReturnType<typeof versionsOnRecord>>,
  release: Release,
  survey: readonly SurveyedStep[],
  forced: boolean,
): Promise<BlockedTarget | undefined> {
  const uses = survey.flatMap(({ first, fallback }) => (fallback === undefined ? [first] : [first, fallback]))
  const changes = uses.map(({ uses, surfaces }) => ({
    uses,
    changes: surfaces.flatMap((surface) => surface.changes),
  }))
  const version = { release, digests: await digestsOf(changes, 'to') }
  const blocked = blockedBy(record, version)
  if (blocked === undefined) return undefined
  const why = blockedWords(version, blocked)
  if ('block' in blocked) return { kind: 'blocked', why, forced }
  const goOn = blocked.code === 'store-unreachable' ? goOnAlone(session) : undefined
  return { kind: 'unknown', why, cure: blocked.cure, goOn, forced }
}

/** Force would help a plan, and not the run that it is for: that needs the store, too. */
function goOnAlone({ store, who }: Session): string | false | undefined {
  if (store.late === undefined) return undefined
  return who.ci
    ? false
    : 'a person can go on with what this machine knows: rollback run --answer store=local (with --dry-run it only looks)'
}

async function kindsOf(steps: readonly Step[]): Promise<StepKinds> {
  const kinds = await Promise.all(
    steps.map(async (step) => [step.id, (await loadAction(step.uses)).kind] as const),
  )
  return Object.fromEntries(kinds)
}

/** What the person leaves out, and the calls that only served it. */
function leftOut(procedure: Procedure, kinds: StepKinds, without: readonly string[]): LeftOut[] {
  const unknown = without.find((id) => !procedure.steps.some((step) => step.id === id))
  if (unknown !== undefined) {
    throw unknownStep(
      unknown,
      `the procedure "${procedure.name}"`,
      procedure.steps.map((step) => step.id),
    )
  }
  const chosen = without.map((step) => ({ step, why: 'left out by --without' }))
  const dropped = servedOnly(procedure, kinds, without).map((step) => ({
    step,
    why: 'it only served what is left out',
  }))
  return [...chosen, ...dropped]
}

type LastMeasured = Record<string, Measurement>

export function liveVersion(runbook: Pick<Runbook, 'release'>, measured: LastMeasured): LiveVersion {
  const signal = runbook.release.live?.signal
  if (signal === undefined) return { unasked: true }
  return liveOf(measured[signal] ?? { kind: 'no-data', why: 'it was not measured' })
}

function evidenceOf(measured: LastMeasured, signals: Runbook['signals']): Plan['evidence'] {
  return Object.entries(measured).map(([signal, measurement]) => ({
    signal,
    value: describeMeasurement(measurement, signals[signal]?.unit),
  }))
}
