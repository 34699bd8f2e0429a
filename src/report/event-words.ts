import { formatDuration } from '../core/duration.ts'
import type { Plan, PlannedChange } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import type { Judged, Phase, RunEvent, RunResult } from '../core/run/events.ts'

// One sentence for every event: the timeline, the plain renderer and the reports say the same.

export const PHASE_WORDS: Record<Phase, string> = {
  decide: 'look once more before the first change',
  execute: 'change',
  verify: 'prove',
}

export const JUDGED_WORDS: Record<Judged, string> = {
  holds: 'holds',
  fails: 'fails',
  unknown: 'unknown',
}

/** The result as a headline. */
export const RESULT_WORDS: Record<RunResult, string> = {
  proven: 'Proven: the target is live',
  degraded: 'Proven, but degraded or partial',
  already: 'Already there: nothing was changed',
  refused: 'Refused before any change: nothing was touched',
  failed: 'Failed: nothing that was changed stands',
  stands: 'Failed: changes stand, a person is needed',
  unmeasured: 'Changed, but it could not be measured whether it worked',
  declined: 'Declined',
  interrupted: 'Interrupted: nothing new was started, the journal is intact',
}

/** Whether a step's result belongs into a short list, or only into the full one. */
export function eventWords(event: RunEvent, plan: Plan): string {
  switch (event.type) {
    case 'run-started':
      return `${event.kind} ${event.id} started by ${event.by.name} on ${event.by.host}, to ${releaseName(event.target)}`
    case 'evidence':
      return `evidence: ${event.signal}: ${event.value}`
    case 'phase-started':
      return `phase: ${PHASE_WORDS[event.phase]}`
    case 'step-started':
      return `${event.step}: started`
    case 'intent':
      return intentWords(event, plan)
    case 'outcome':
      return outcomeWords(event)
    case 'observed':
      return `${event.step}: ${event.words}`
    case 'question':
      return `${event.step}: asks: ${event.text}`
    case 'answer':
      return `${event.step}: ${event.by.name} answered ${event.value}${event.accepted ? '' : ', which declines it'}`
    case 'fallback-chosen':
      return `${event.step}: goes on with its fallback: ${event.why}`
    case 'step-verified':
      return `${event.step}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`
    case 'step-ended':
      return `${event.step}: ${event.result}${event.why === undefined ? '' : `: ${event.why}`}`
    case 'condition-judged':
      return `${event.role} ${event.condition}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`
    case 'surface-proven':
      return `${event.surface}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`
    case 'proof':
      return `proof: ${JUDGED_WORDS[event.verdict]}: ${event.why}`
    case 'deadline-passed':
      return `the deadline of ${formatDuration(event.deadline)} has passed`
    case 'interrupted':
      return `interrupted by ${event.signal}: nothing new is started`
    case 'run-ended':
      return `${RESULT_WORDS[event.result]}: ${event.why}`
  }
}

function intentWords(event: Extract<RunEvent, { type: 'intent' }>, plan: Plan): string {
  const again = event.attempt > 1 ? ` (try ${event.attempt})` : ''
  const change = findChange(plan, event.effect)
  if (change === undefined) return `${event.step}: call${again}`
  return `${event.step}: ${changeWords(change)}${again}`
}

function outcomeWords(event: Extract<RunEvent, { type: 'outcome' }>): string {
  if (event.ok) return `${event.step}: accepted`
  const { failure } = event
  const found = failure.found === undefined ? '' : `: ${failure.found}`
  const taken = failure.applied === 'unknown' ? '; it may have been taken' : ''
  return `${event.step}: ${failure.message}${found}${taken}`
}

/** `set ghcr.io/acme/api:prod to sha256:1a2b`. */
export function changeWords(change: Pick<PlannedChange, 'from' | 'to' | 'toLabel' | 'surface'>): string {
  if (change.to === null) return `remove ${change.surface.id}`
  return `${change.from === null ? 'create' : 'set'} ${change.surface.id} to ${change.toLabel}`
}

export function findChange(plan: Plan, effect: string): PlannedChange | undefined {
  return plan.steps
    .flatMap((step) => [...step.changes, ...(step.fallback?.changes ?? [])])
    .find((change) => change.effect === effect)
}
