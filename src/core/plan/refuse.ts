import { releaseName } from '../release.ts'
import type { BuildInput } from './input.ts'
import type { Refusal, RefusalReason } from './outcome.ts'
import { servedOnly } from './served.ts'
import type { SurveyedUse } from './survey.ts'
import type { LiveVersion, Plan } from './types.ts'
import { hasWork } from './work.ts'

/** Everything that stands against the run; none of it is left for the next try. */
export function refusalReasons(input: BuildInput): RefusalReason[] {
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
    for (const surface of surfacesOf(fallback === undefined ? [first] : [first, fallback])) {
      const other = owners.get(surface)
      if (other !== undefined) reasons.push(changedTwice(step.id, surface, other))
      owners.set(surface, step.id)
    }
  }
  return reasons
}

/** A version that was left for being bad comes back only when a person says so, and why. */
export function blockedReasons({ blocked }: BuildInput): RefusalReason[] {
  if (blocked === undefined || blocked.forced) return []
  const { kind, why, cure: cured, goOn = 'or go there all the same with --force --reason <text>' } = blocked
  const first = cured ?? 'choose another version (rollback versions)'
  return [{ kind, why, cure: goOn === false ? first : `${first}; ${goOn}` }]
}

/** Every surface that a step may change: what it prepares, and what its option B would change, included. */
function surfacesOf(uses: SurveyedUse[]): Set<string> {
  return new Set(
    uses.flatMap(({ surfaces }) =>
      surfaces.flatMap(({ id, changes }) => [id, ...changes.map((change) => change.surface.id)]),
    ),
  )
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

/** Being set to the target is not yet running it; only a live endpoint that reports it says more. */
export function unsettledReasons({ survey, head }: BuildInput): RefusalReason[] {
  return survey.flatMap(({ step, first }) =>
    first.surfaces.flatMap(({ id, unsettled }): RefusalReason[] => {
      if (unsettled === undefined) return []
      const failed = unsettled.state === 'failed'
      return [
        {
          step: step.id,
          surface: id,
          kind: failed ? 'conflict' : 'busy',
          why: `it is already at ${releaseName(head.target)}, and yet: ${unsettled.words}`,
          cure: failed
            ? 'look at why it does not start there, or return to another version'
            : 'wait until it is settled and run this again, or return to another version',
        },
      ]
    }),
  )
}

export function nothingToChange(plan: Plan, live: LiveVersion): RefusalReason {
  const says =
    'release' in live
      ? `the live endpoint reports ${releaseName(live.release)}`
      : 'the live endpoint cannot be read'
  if (!plan.steps.some(hasWork)) {
    return {
      kind: 'input',
      why: 'nothing is left to change or to call',
      cure: 'leave less out, or choose a procedure that changes something',
    }
  }
  return {
    kind: 'unknown',
    why: `every surface is already at ${releaseName(plan.target)}, and yet ${says}`,
    cure: 'the runbook has no step that makes the service take it: add a call that redeploys, or restart the service by hand',
  }
}

export function refusalOf(input: BuildInput, reasons: RefusalReason[]): Refusal {
  const refusing = [...new Set(reasons.flatMap((reason) => reason.step ?? []))]
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
      // What stands against the whole is cured by leaving nothing out.
      going.length > 0 && rest.length < input.survey.length && reasons.every(({ step }) => step !== undefined)
        ? [...input.without.map((left) => left.step), ...refusing]
        : undefined,
    alsoDropped: dropped.filter(
      (id) => !refusing.includes(id) && input.survey.some(({ step }) => step.id === id),
    ),
  }
}
