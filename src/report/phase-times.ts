import { formatDuration } from '../core/duration.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Phase } from '../core/run/events.ts'
import type { RunState } from '../core/run/state.ts'
import type { BakeSummary } from './bake-summary.ts'

const PHASES: readonly Phase[] = ['decide', 'execute', 'verify']

export interface PhaseTime {
  phase: Phase | 'bake'
  /** Milliseconds. */
  took: number
  limit?: number | undefined
  exceeded: boolean
}

/** `decide` lasts from the plan to the start of its run; the others are in the journal, the last one until `end`. */
export function phaseTimes(plan: Plan, { started, phases }: RunState, end: number): PhaseTime[] {
  if (started === undefined) return []
  const planned = Date.parse(plan.createdAt)
  const starts: [Phase, number][] = [
    // A journal is told what time it is by another clock than a plan that was made elsewhere.
    ['decide', Number.isNaN(planned) ? started.at : Math.min(planned, started.at)],
    ...(['execute', 'verify'] as const).flatMap((phase): [Phase, number][] => {
      const begun = phases[phase]
      return begun === undefined ? [] : [[phase, begun.at]]
    }),
  ]
  return starts.map(([phase, at], index) => {
    const until = phase === 'decide' ? started.at : (starts[index + 1]?.[1] ?? end)
    const limit = plan.limits[phase]
    return { phase, took: until - at, limit, exceeded: limit !== undefined && until - at > limit }
  })
}

/** As long as it was really watched. */
export function bakeTime(bake: BakeSummary | undefined): PhaseTime[] {
  if (bake?.watcher === undefined) return []
  return [{ phase: 'bake', took: bake.watched, limit: bake.for, exceeded: false }]
}

/** `6m 10s of 5m 00s: limit exceeded`. */
export function phaseWords({ took, limit, exceeded }: PhaseTime): string {
  if (limit === undefined) return formatDuration(took)
  return `${formatDuration(took)} of ${formatDuration(limit)}${exceeded ? ': limit exceeded' : ''}`
}

/** `decide 5m 00s, execute 10m 00s`; undefined when the procedure has no limits. */
export function limitWords({ limits }: Pick<Plan, 'limits'>): string | undefined {
  const words = PHASES.flatMap((phase) => {
    const limit = limits[phase]
    return limit === undefined ? [] : [`${phase} ${formatDuration(limit)}`]
  })
  return words.length === 0 ? undefined : words.join(', ')
}
