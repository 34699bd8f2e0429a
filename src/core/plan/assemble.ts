import type { Check } from '../contract.ts'
import { DEFAULT_RETRY } from '../model.ts'
import { isRelease, type Release, releaseName } from '../release.ts'
import { bindLate } from './bind.ts'
import type { BuildInput } from './input.ts'
import { directNeeds, waitingFor } from './needs.ts'
import { sealPlan } from './seal.ts'
import { checksOf, type SurveyedUse } from './survey.ts'
import { undoProof } from './undo-proof.ts'
import { withVersionProof } from './version-proof.ts'
import { type LiveVersion, type Plan, PLAN_FORMAT, type PlannedStep, type PlannedUse } from './types.ts'

const DEFAULT_TIMEOUT = 10 * 60_000

/** The sealed plan of what was seen. */
export function assemble(input: BuildInput): Plan {
  const { head, runbook, procedure } = input
  const proven = withVersionProof(input, { ...head, ...namesOf(input) })
  const plan: Omit<Plan, 'seal'> = {
    ...head,
    format: PLAN_FORMAT,
    kind: 'run',
    service: runbook.service,
    environment: runbook.environment,
    procedure: procedure.name,
    forced: input.blocked?.why,
    live: input.live,
    liveSignal: runbook.release.live?.signal,
    deployed: input.deployed,
    evidence: input.evidence,
    decision: input.decision,
    guards: input.guards,
    capture: [...(runbook.capture ?? []), ...(procedure.capture ?? [])],
    runbook: { path: runbook.path, sha256: input.runbookSha256, text: runbook.text },
    store: runbook.store,
    secrets: runbook.secrets,
    signals: runbook.signals,
    without: input.without,
    steps: plannedSteps(input),
    verify: proven.verify,
    bake: procedure.bake,
    undoVerify: undoProof(proven),
    onFailure: procedure.onFailure,
    deadline: runbook.deadline,
    limits: procedure.limits,
    takes: procedure.takes,
    confirmations: [],
  }
  // Signals are bound when they are measured: an undo of this plan measures them for a target of its own.
  return sealPlan({ ...plan, verify: bindLate(plan, plan.verify), bake: bindLate(plan, plan.bake) })
}

function plannedSteps(input: BuildInput): PlannedStep[] {
  const steps = input.survey.map(({ step }) => step)
  const direct = directNeeds(steps)
  const sets = new Map(
    input.survey.flatMap(({ step, first }) => (first.kind === 'set' ? [[step.id, isThere(first)]] : [])),
  )
  const servesSets = waitingFor(steps, ({ id }) => sets.has(id))
  const servesWork = waitingFor(steps, ({ id }) => sets.get(id) === false)
  const liveMatches = liveIs(input.live, input.head.target)
  return input.survey.map(({ step, first, fallback }) => {
    const servesNoWork = servesSets.has(step.id) && !servesWork.has(step.id)
    return {
      id: step.id,
      ...plannedUse(first),
      needs: direct.get(step.id) ?? [],
      timeout: step.timeout ?? DEFAULT_TIMEOUT,
      retry: step.retry ?? DEFAULT_RETRY,
      fallback: fallback === undefined ? undefined : plannedUse(fallback),
      verify:
        step.verify === undefined ? undefined : bindLate({ ...input.head, ...namesOf(input) }, step.verify),
      skip: skipReason(first, servesNoWork && liveMatches === true),
    }
  })
}

function namesOf({ runbook, procedure }: BuildInput): {
  service: string
  environment: string
  procedure: string
} {
  return { service: runbook.service, environment: runbook.environment, procedure: procedure.name }
}

/** Of a surveyed use, what goes into the plan. */
function plannedUse(use: SurveyedUse): PlannedUse {
  const readiness = use.call?.readiness
  const checks: Check[] = [
    ...checksOf(use.surfaces),
    ...(readiness?.kind === 'ready' ? readiness.checks : []),
  ]
  return {
    uses: use.uses,
    kind: use.kind,
    with: use.with,
    changes: use.surfaces.flatMap((surface) => surface.changes),
    call: use.call === undefined ? undefined : withoutReadiness(use.call),
    question: use.question,
    checks,
    window: use.window,
  }
}

function withoutReadiness({ readiness: _, ...call }: NonNullable<SurveyedUse['call']>): PlannedUse['call'] {
  return call
}

/**
 * A set is skipped when all its surfaces are there already. A call that serves sets is skipped only when, besides, the
 * live version is the target: a tag that moved and a hook that was lost is the common half-state.
 */
function skipReason(use: SurveyedUse, servesWhatIsLive: boolean): string | undefined {
  if (use.kind === 'set') return isThere(use) ? 'already there' : undefined
  if (use.kind === 'gate') return undefined
  if (use.call?.readiness.kind === 'ready' && use.call.readiness.done === true)
    return 'its check says that it is done already'
  if (!servesWhatIsLive) return undefined
  return 'all that it serves is already there, and the live version is the target'
}

function isThere(use: SurveyedUse): boolean {
  return use.surfaces.every((surface) => surface.changes.every((change) => change.state === 'already'))
}

/** undefined: there is no live endpoint to ask, or it cannot be read. */
export function liveIs(live: LiveVersion, target: Release): boolean | undefined {
  return 'release' in live ? isRelease(live.release.given, target) : undefined
}

export function alreadyWords(live: LiveVersion, target: Release): string {
  const name = releaseName(target)
  return 'release' in live
    ? `every surface is already at ${name}, and the live endpoint reports it`
    : `every surface is already at ${name}`
}
