import type { Release } from '../core/release.ts'
import type { RunResult } from '../core/run/events.ts'
import type { Store } from './types.ts'

/** What was there already is proven with the same conditions. */
const PROVEN = new Set<RunResult>(['proven', 'already'])

export interface ProvenVersion extends Release {
  /** ISO 8601, UTC. */
  when: string
}

/**
 * Versions that runs for this service and environment have proven, newest first. An undo only proves that it has brought
 * back what was there: often the very version that was left for being bad.
 */
export async function provenVersions(
  store: Store,
  service: string,
  environment: string,
): Promise<ProvenVersion[]> {
  const runs = await store.list()
  return runs.flatMap(({ plan, lines }) => {
    const ended = lines.at(-1)
    if (plan.kind !== 'run' || plan.service !== service || plan.environment !== environment) return []
    if (ended?.event.type !== 'run-ended' || !PROVEN.has(ended.event.result)) return []
    return [{ ...plan.target, when: new Date(ended.at).toISOString() }]
  })
}
