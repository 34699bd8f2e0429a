import type { Measurement } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import type { Procedure, Runbook, Step } from '../core/model.ts'
import { buildPlan } from '../core/plan/build.ts'
import type { StepKinds } from '../core/plan/input.ts'
import { servedOnly } from '../core/plan/served.ts'
import type { PlanOutcome } from '../core/plan/outcome.ts'
import type { LeftOut, LiveVersion, Plan } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { Candidate, Release } from '../core/release.ts'
import { inFolderOf } from './in-folder.ts'
import type { BindingGround } from './bind-options.ts'
import { surfaceCandidates } from './candidates.ts'
import { commitsNamed, type GitHistory, openHistory } from './git-history.ts'
import { loadAction } from './load-action.ts'
import { describeMeasurement, liveOf, measureWithin } from './measure.ts'
import { groundOf, planHead, procedureNamed, runbookSha256, unknownStep } from './plan-ground.ts'
import { provenVersions } from './proven.ts'
import { sealWithoutSecrets } from './seal-without-secrets.ts'
import { surveySteps } from './survey.ts'
import { requireTargetNames } from './target-names.ts'
import { isFullSha, resolveTarget } from './target.ts'
import type { PlanRequest, Session } from './types.ts'

/** A person's run never waits longer for a sample. */
const SAMPLE_LIMIT = 5000

/** Looks at everything at once, and decides: a sealed plan, already there, or refused with every reason. */
export async function makePlan(outer: Session, request: PlanRequest): Promise<PlanOutcome> {
  const { runbook } = request
  const session = inFolderOf(runbook.path, outer)
  const procedure = procedureNamed(runbook, request.procedure)
  const kinds = await kindsOf(procedure.steps)
  const without = leftOut(procedure, kinds, request.without)
  const left = new Set(without.map(({ step }) => step))
  const steps = procedure.steps.filter((step) => !left.has(step.id))

  const { target, stale } = await targetOf(session, request, procedure)
  const head = planHead(session.read.now(), target, request.reason)
  const ground = groundOf(runbook, procedure, head)
  requireTargetNames(ground, runbook, procedure, steps)
  const secrets = session.secretsOf(runbook.secrets)
  const [survey, measured] = await Promise.all([
    surveySteps({ session, ground, secrets }, steps),
    measureSignals(session, runbook, ground),
  ])
  const outcome = buildPlan({
    head,
    kinds,
    runbook,
    procedure,
    runbookSha256: runbookSha256(runbook),
    survey,
    without,
    live: liveVersion(runbook, measured),
    evidence: [
      ...evidenceOf(measured),
      ...(stale === undefined ? [] : [{ signal: 'history', value: stale }]),
    ],
  })
  // By now every secret that was used is known.
  return outcome.kind === 'refused'
    ? outcome
    : { ...outcome, plan: sealWithoutSecrets(session, outcome.plan) }
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

interface FoundTarget {
  target: Release
  /** Why the history that it was found in may be old. */
  stale?: string | undefined
}

async function targetOf(
  session: Session,
  { runbook, target }: PlanRequest,
  procedure: Procedure,
): Promise<FoundTarget> {
  if (target === 'last-proven') return { target: await lastProven(session, runbook) }
  const history = runbook.release.history
  if (history !== undefined && 'git' in history) {
    const { commits, stale } = await inHistory(session, history.git, target)
    if (commits.length > 0 || isFullSha(target)) return { target: resolveTarget(target, commits), stale }
  }
  if (isFullSha(target)) return { target: resolveTarget(target, []) }
  // Without a history of its own the surfaces are asked; for that a plan's names are needed, with nothing in them yet.
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), { given: target }))
  const candidates: Candidate[] = await surfaceCandidates(session, procedure, ground)
  return { target: resolveTarget(target, candidates) }
}

/** A full SHA is certain: for its tag the clone is good enough, and nobody waits for a remote or a mended clone. */
async function inHistory(
  session: Session,
  history: GitHistory & { fetch?: boolean | undefined },
  target: string,
): Promise<{ commits: Candidate[]; stale?: string | undefined }> {
  const fetch = history.fetch === true && !isFullSha(target)
  try {
    const opened = await openHistory({ ...history, fetch }, session.cacheRoot(), session.read)
    return { commits: await commitsNamed(target, opened, session.read), stale: opened.stale }
  } catch (error) {
    if (isFullSha(target) && error instanceof Problem) return { commits: [], stale: sentenceOf(error) }
    throw error
  }
}

async function lastProven(session: Session, runbook: Runbook): Promise<Release> {
  const [newest] = await provenVersions(session.store, runbook.service, runbook.environment)
  if (newest !== undefined) {
    const { sha, tag } = newest
    // What was typed then may mean nothing by now: a revision gets a new number when it is returned to.
    return { given: sha ?? tag ?? newest.given, sha, tag }
  }
  throw new Problem({
    code: 'nothing-proven',
    message: `no version of ${runbook.service} in ${runbook.environment} has been proven from here yet`,
    found: `store: ${session.store.place}`,
    cure: 'name the version: rollback plan lists the candidates',
    exit: EXIT.refused,
  })
}

type Measured = Record<string, Measurement>

/** All signals at once, none delaying another. */
export async function measureSignals(
  session: Session,
  runbook: Runbook,
  ground: BindingGround,
): Promise<Measured> {
  const secrets = session.secretsOf(runbook.secrets)
  const pairs = await Promise.all(
    Object.entries(runbook.signals).map(
      async ([name, signal]) =>
        [name, await measureWithin(SAMPLE_LIMIT, ground, secrets, signal, session.read)] as const,
    ),
  )
  return Object.fromEntries(pairs)
}

export function liveVersion(runbook: Pick<Runbook, 'release'>, measured: Measured): LiveVersion {
  const signal = runbook.release.live?.signal
  if (signal === undefined) return { unasked: true }
  return liveOf(measured[signal] ?? { kind: 'no-data', why: 'it was not measured' })
}

function evidenceOf(measured: Measured): Plan['evidence'] {
  return Object.entries(measured).map(([signal, measurement]) => ({
    signal,
    value: describeMeasurement(measurement),
  }))
}
