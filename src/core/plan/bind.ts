import type { Release } from '../release.ts'
import { looksLikeSha } from '../release.ts'
import { anyOf, fill, type Lookup, namespace, referencesWithin } from '../template.ts'
import type { Plan } from './types.ts'

// Options that mention `target` or `run` are bound when they are used, each time to the target of the plan at hand:
// that is how an undo re-runs the same step for its own target.

type Named = Pick<Plan, 'id' | 'stamp' | 'service' | 'environment' | 'procedure' | 'reason' | 'target'>

/** What `${target.…}` and `${run.…}` stand for in this plan. Unknown ones (a target without a tag) stay as they are. */
export function lookupOf(plan: Named): Lookup {
  const target = targetNames(plan.target)
  return anyOf(
    (name) => (name === 'target' ? plan.target.given || undefined : undefined),
    namespace('target', target),
    namespace('run', {
      id: plan.id,
      stamp: plan.stamp,
      service: plan.service,
      environment: plan.environment,
      procedure: plan.procedure,
      reason: plan.reason ?? '',
    }),
  )
}

export function bindLate<T>(plan: Named, value: T): T {
  return fill(value, lookupOf(plan))
}

/** References to the target that this plan cannot put a value to. */
export function unboundTarget(plan: Named, value: unknown): string[] {
  const lookup = lookupOf(plan)
  return [
    ...new Set(
      referencesWithin(value)
        .map((reference) => reference.name)
        .filter((name) => (name === 'target' || name.startsWith('target.')) && lookup(name) === undefined),
    ),
  ]
}

export function mentionsTarget(value: unknown): boolean {
  return referencesWithin(value).some(({ name }) => name === 'target' || name.startsWith('target.'))
}

function targetNames(release: Release): Record<string, string | undefined> {
  const sha = release.sha ?? (looksLikeSha(release.given) ? release.given : undefined)
  return { sha, short: sha?.slice(0, 7), tag: release.tag }
}

/** Steps whose options mention the target although this plan cannot put a value to it. */
export function unboundReason(plan: Named, options: unknown): string | undefined {
  if (!mentionsTarget(options)) return undefined
  const names = unboundTarget(plan, options)
  return names.length === 0
    ? undefined
    : `nothing is known for ${names.map((name) => `\${${name}}`).join(', ')}`
}
