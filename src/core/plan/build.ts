import type { Check } from '../contract.ts'
import type { Procedure, Runbook } from '../model.ts'
import { isRelease, type Release, releaseName } from '../release.ts'
import { bindLate, mentionsTarget, unboundTarget } from './bind.ts'
import { allNeeds, directNeeds } from './needs.ts'
import type { PlanOutcome, Refusal, RefusalReason } from './outcome.ts'
import { sealPlan } from './seal.ts'
import type { SurveyedStep, SurveyedUse } from './survey.ts'
import { undoProof } from './undo-proof.ts'
import {
  type LeftOut,
  type LiveVersion,
  type Plan,
  PLAN_FORMAT,
  type PlannedStep,
  type PlannedUse,
} from './types.ts'

const DEFAULT_TIMEOUT = 10 * 60_000
const DEFAULT_RETRY = { attempts: 3, backoff: 1000 }

export interface PlanHead {
  id: string
  stamp: string
  createdAt: string
  tool: string
  reason?: string | undefined
  target: Release
}

/** By step id, of all steps of the procedure. */
export type StepKinds = Readonly<Record<string, 'set' | 'call' | 'gate'>>

export interface BuildInput {
  head: PlanHead
  kinds: StepKinds
  runbook: Runbook
  procedure: Procedure
  runbookSha256: string
  /** Of all steps that are not left out. */
  survey: SurveyedStep[]
  without: LeftOut[]
  live: LiveVersion
  evidence: Plan['evidence']
}

/** Decides what is to be done from what was seen; changes nothing and looks at nothing. */
export function buildPlan(input: BuildInput): PlanOutcome {
  const reasons = refusalReasons(input)
  if (reasons.length > 0) return { kind: 'refused', refusal: refusalOf(input, reasons) }

  const plan = assemble(input)
  const todo = plan.steps.filter((step) => step.skip === undefined && step.kind !== 'gate')
  if (todo.length > 0) return { kind: 'plan', plan }
  const known = 'unasked' in input.live ? plan.steps.some(hasWork) : liveIs(input.live, plan.target) === true
  if (known) {
    return { kind: 'already', plan, why: alreadyWords(input.live, plan.target) }
  }
  return { kind: 'refused', refusal: refusalOf(input, [nothingToChange(plan, input.live)]) }
}

/** Without any, "all are there already" would be said of nothing. */
function hasWork({ changes, call }: PlannedStep): boolean {
  return changes.length > 0 || call !== undefined
}

// ---------------------------------------------------------------- refusing

function refusalReasons(input: BuildInput): RefusalReason[] {
  const reasons: RefusalReason[] = []
  const owners = new Map<string, string>()
  for (const { step, first, fallback } of input.survey) {
    for (const use of fallback === undefined ? [first] : [first, fallback]) {
      if (use.refused !== undefined) reasons.push({ step: step.id, ...use.refused })
      else if (use.kind === 'set' && use.surfaces.length === 0) reasons.push(nothingMeant(step.id))
      for (const surface of use.surfaces) {
        if (surface.refused !== undefined)
          reasons.push({ step: step.id, surface: surface.id, ...surface.refused })
      }
      const readiness = use.call?.readiness
      if (readiness !== undefined && readiness.kind !== 'ready') {
        reasons.push({ step: step.id, kind: readiness.kind, why: readiness.why, cure: readiness.cure })
      }
    }
    for (const surface of first.surfaces) {
      const other = owners.get(surface.id)
      if (other !== undefined && other !== step.id) reasons.push(changedTwice(step.id, surface.id, other))
      owners.set(surface.id, step.id)
    }
  }
  return reasons
}

function nothingMeant(step: string): RefusalReason {
  return {
    step,
    kind: 'missing',
    why: 'its options mean no surface at all',
    cure: 'look at the names and the selector in the runbook',
  }
}

function changedTwice(step: string, surface: string, other: string): RefusalReason {
  return {
    step,
    surface,
    kind: 'input',
    why: `step "${other}" changes ${surface} as well; a run changes a surface once`,
    cure: 'leave one of the two steps out of the procedure',
  }
}

function nothingToChange(plan: Plan, live: LiveVersion): RefusalReason {
  const says =
    'release' in live
      ? `the live endpoint reports ${releaseName(live.release)}`
      : 'the live endpoint cannot be read'
  // A reason of the whole: no step can be left out to cure it.
  const step = plan.procedure
  if (!plan.steps.some(hasWork)) {
    return {
      step,
      kind: 'input',
      why: 'nothing is left to change or to call',
      cure: 'leave less out, or choose a procedure that changes something',
    }
  }
  return {
    step,
    kind: 'unknown',
    why: `every surface is already at ${releaseName(plan.target)}, and yet ${says}`,
    cure: 'the runbook has no step that makes the service take it: add a call that redeploys, or restart the service by hand',
  }
}

function refusalOf(input: BuildInput, reasons: RefusalReason[]): Refusal {
  const refusing = [...new Set(reasons.map((reason) => reason.step))]
  const rest = input.survey.filter(({ step }) => !refusing.includes(step.id))
  const dropped = servedOnly(input.procedure, input.kinds, [
    ...refusing,
    ...input.without.map((left) => left.step),
  ])
  const going = rest.filter(({ step, first }) => first.kind === 'set' && !dropped.includes(step.id))
  return {
    service: input.runbook.service,
    environment: input.runbook.environment,
    procedure: input.procedure.name,
    target: input.head.target,
    reasons,
    fine: rest.flatMap(({ first }) =>
      first.surfaces.filter((one) => one.refused === undefined).map((one) => one.id),
    ),
    without:
      going.length > 0 && rest.length < input.survey.length
        ? [...input.without.map((left) => left.step), ...refusing]
        : undefined,
    alsoDropped: dropped.filter(
      (id) => !refusing.includes(id) && input.survey.some(({ step }) => step.id === id),
    ),
  }
}

/** Calls all of whose sets are left out: they only served those. */
export function servedOnly(procedure: Procedure, kinds: StepKinds, without: readonly string[]): string[] {
  const needs = allNeeds(procedure.steps)
  return procedure.steps
    .filter((step) => kinds[step.id] === 'call' && !without.includes(step.id))
    .filter((step) => {
      const sets = [...(needs.get(step.id) ?? [])].filter((id) => kinds[id] === 'set')
      return sets.length > 0 && sets.every((id) => without.includes(id))
    })
    .map((step) => step.id)
}

// ---------------------------------------------------------------- assembling

function assemble(input: BuildInput): Plan {
  const { head, runbook, procedure } = input
  const plan: Omit<Plan, 'seal'> = {
    ...head,
    format: PLAN_FORMAT,
    kind: 'run',
    service: runbook.service,
    environment: runbook.environment,
    procedure: procedure.name,
    live: input.live,
    evidence: input.evidence,
    runbook: { path: runbook.path, sha256: input.runbookSha256, text: runbook.text },
    secrets: runbook.secrets,
    signals: runbook.signals,
    without: input.without,
    steps: plannedSteps(input),
    verify: procedure.verify,
    undoVerify: undoProof(procedure),
    onFailure: procedure.onFailure,
    deadline: runbook.deadline,
    limits: procedure.limits,
    takes: procedure.takes,
    confirmations: [],
  }
  // Signals are bound when they are measured: an undo of this plan measures them for a target of its own.
  return sealPlan({ ...plan, verify: bindLate(plan, plan.verify) })
}

function plannedSteps(input: BuildInput): PlannedStep[] {
  const steps = input.survey.map(({ step }) => step)
  const direct = directNeeds(steps)
  const all = allNeeds(steps)
  const liveMatches = liveIs(input.live, input.head.target)
  return input.survey.map(({ step, first, fallback }) => {
    const served = input.survey.filter(
      (other) => all.get(step.id)?.has(other.step.id) && other.first.kind === 'set',
    )
    return {
      id: step.id,
      ...plannedUse(first),
      needs: direct.get(step.id) ?? [],
      timeout: step.timeout ?? DEFAULT_TIMEOUT,
      retry: step.retry ?? DEFAULT_RETRY,
      fallback: fallback === undefined ? undefined : plannedUse(fallback),
      verify:
        step.verify === undefined ? undefined : bindLate({ ...input.head, ...namesOf(input) }, step.verify),
      skip: skipReason(
        first,
        served.map((other) => other.first),
        liveMatches,
      ),
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
export function plannedUse(use: SurveyedUse): PlannedUse {
  const readiness = use.call?.readiness
  const checks: Check[] = [
    ...use.surfaces.flatMap((surface) => surface.checks),
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
function skipReason(
  use: SurveyedUse,
  served: SurveyedUse[],
  liveMatches: boolean | undefined,
): string | undefined {
  if (use.kind === 'set') return isThere(use) ? 'already there' : undefined
  if (use.kind === 'gate') return undefined
  if (use.call?.readiness.kind === 'ready' && use.call.readiness.done === true)
    return 'its check says that it is done already'
  if (served.length === 0 || liveMatches !== true || !served.every(isThere)) return undefined
  return 'all that it serves is already there, and the live version is the target'
}

function isThere(use: SurveyedUse): boolean {
  return use.surfaces.every((surface) => surface.changes.every((change) => change.state === 'already'))
}

/** undefined: there is no live endpoint to ask, or it cannot be read. */
function liveIs(live: LiveVersion, target: Release): boolean | undefined {
  return 'release' in live ? isRelease(live.release.given, target) : undefined
}

function alreadyWords(live: LiveVersion, target: Release): string {
  const name = releaseName(target)
  return 'release' in live
    ? `every surface is already at ${name}, and the live endpoint reports it`
    : `every surface is already at ${name}`
}

/** Steps whose options mention the target although this plan cannot put a value to it. */
export function unboundReason(
  plan: PlanHead & { service: string; environment: string; procedure: string },
  options: unknown,
): string | undefined {
  if (!mentionsTarget(options)) return undefined
  const names = unboundTarget(plan, options)
  return names.length === 0
    ? undefined
    : `nothing is known for ${names.map((name) => `\${${name}}`).join(', ')}`
}
