import type { DecisionOnRecord } from '../core/conditions/verdict.ts'
import type { ExitCode } from '../core/exit.ts'
import type { LeftOut, Plan } from '../core/plan/types.ts'
import { leavesSomethingToUndo } from '../core/plan/undo.ts'
import { type Release, releaseName } from '../core/release.ts'
import type { Judged, Line, RunEnded, RunEvent, RunResult, Who } from '../core/run/events.ts'
import { whatStands } from '../core/run/conclude.ts'
import { fold, type RunState } from '../core/run/state.ts'
import { withoutBake } from '../core/run/bake.ts'
import { type BakeSummary, bakeSummary } from './bake-summary.ts'
import { type EffectSummary, effectsOf } from './effects-summary.ts'
import { isoTime } from './iso-time.ts'
import { bakeTime, type PhaseTime, phaseTimes } from './phase-times.ts'
import { type WayOn, waysOn, waysToBegin, waysToConfirm } from './ways-on.ts'

/** A run as its report tells it: text, Markdown and JSON are made of this one document. */
export interface RunSummary {
  id: string
  kind: 'run' | 'undo'
  undoOf?: string | undefined
  service: string
  environment: string
  procedure: string
  target: Release
  live: Plan['live']
  by?: Who | undefined
  reason?: string | undefined
  /** ISO 8601, UTC. */
  started?: string | undefined
  ended?: string | undefined
  /** Milliseconds, to the last line where it has not ended. */
  took: number
  result: RunResult | 'unfinished'
  /** It has an end on record: nobody can go on with it. */
  finished: boolean
  exit?: ExitCode | undefined
  why?: string | undefined
  evidence: { signal: string; value: string }[]
  /** What the triggers said when the plan was made. */
  decision?: DecisionOnRecord | undefined
  /** What was kept as evidence before the first change: files on the machine that did it. */
  captured: Omit<Extract<RunEvent, { type: 'captured' }>, 'type'>[]
  /** What had to hold before anything was changed, as it was last measured. */
  guards: { guard: string; condition: string; verdict: Judged; words: string; forced: boolean }[]
  /** Those that began, in their order. */
  phases: PhaseTime[]
  steps: StepSummary[]
  changes: EffectSummary[]
  calls: EffectSummary[]
  answers: AnswerSummary[]
  proof?: ProofSummary | undefined
  bake?: BakeSummary | undefined
  leftOut: LeftOut[]
  stands: string[]
  waysOn: WayOn[]
  deadline?: number | undefined
  deadlinePassed: boolean
}

interface StepSummary {
  step: string
  uses: string
  result: 'done' | 'skipped' | 'failed' | 'running' | 'not started'
  /** Milliseconds; absent when it did not start. */
  took?: number | undefined
  attempts: number
  why?: string | undefined
  cure?: string | undefined
}

interface ProofSummary {
  verdict: Judged
  why: string
  degraded: string[]
  conditions: { role: 'must' | 'should'; condition: string; verdict: Judged; words: string }[]
  surfaces: { surface: string; verdict: Judged; words: string }[]
}

/**
 * What a plan and the lines of its journal add up to. `ending` is how the invocation ended where the journal stays
 * open (an interruption) or was never begun (an answer that nobody could give); `sameRun`: the command that began it.
 */
export function summarise(plan: Plan, all: readonly Line[], ending?: RunEnded, sameRun?: string): RunSummary {
  const lines = withoutBake(all)
  const bake = bakeSummary(plan, all)
  const state = fold(lines)
  const end = state.ended ?? ending
  const first = lines[0]
  const last = lines.at(-1)
  const ends = endsOf(lines)
  const effects = effectsOf(plan, state, lines)
  const summary = {
    id: plan.id,
    kind: plan.kind,
    undoOf: plan.undoOf,
    service: plan.service,
    environment: plan.environment,
    procedure: plan.procedure,
    target: plan.target,
    live: plan.live,
    by: state.started?.by,
    reason: plan.reason,
    started: isoTime(first?.at),
    ended: end === undefined ? undefined : isoTime(last?.at),
    took: first === undefined || last === undefined ? 0 : last.at - first.at,
    result: end?.result ?? ('unfinished' as const),
    finished: state.ended !== undefined,
    exit: end?.exit,
    completes: end?.completes,
    why: end?.why ?? (state.interrupted === undefined ? undefined : `interrupted by ${state.interrupted}`),
    evidence: lines.flatMap(({ event }) =>
      event.type === 'evidence' ? [{ signal: event.signal, value: event.value }] : [],
    ),
    decision: decisionIn(lines),
    captured: capturedIn(lines),
    guards: guardsIn(lines),
    phases: [...phaseTimes(plan, state, last?.at ?? 0), ...bakeTime(bake)],
    steps: plan.steps.map((step) => stepOf(step, state, ends)),
    ...effects,
    // Also those to the questions of its bake.
    answers: all.flatMap(({ event }) => answerOf(event)),
    proof: proofOf(state, lines),
    bake,
    leftOut: plan.without,
    stands: end?.stands ?? whatStands(plan, state),
    deadline: plan.deadline,
    deadlinePassed: state.deadlinePassed,
  }
  if (lines.length === 0)
    return {
      ...summary,
      waysOn: ending?.result === 'declined' ? waysToConfirm(plan, sameRun) : waysToBegin(summary),
    }
  return { ...summary, waysOn: waysOn(summary, leavesSomethingToUndo(plan, state), sameRun) }
}

/** To the question of a step, or to what a signal asks. */
type AnswerSummary = ({ step: string } | { signal: string }) & {
  value: string
  accepted: boolean
  by: string
}

/** The ways on for a reader of the report: without the report itself. */
export function waysFurther({ waysOn: all }: RunSummary): WayOn[] {
  return all.filter(({ command }) => command?.startsWith('rollback show ') !== true)
}

export function titleOf(
  summary: Pick<RunSummary, 'kind' | 'undoOf' | 'target' | 'service' | 'environment'>,
): string {
  const what =
    summary.kind === 'undo'
      ? `Undo of ${summary.undoOf ?? 'a run'}`
      : `Rollback to ${releaseName(summary.target)}`
  return `${what}: ${summary.service}, ${summary.environment}`
}

function answerOf(event: RunEvent): RunSummary['answers'] {
  if (event.type === 'answer')
    return [{ step: event.step, value: event.value, accepted: event.accepted, by: event.by.name }]
  if (event.type === 'signal-answered')
    return [{ signal: event.signal, value: event.value, accepted: true, by: event.by.name }]
  if (event.type === 'doubt-settled')
    return [{ step: event.step, value: event.answer, accepted: true, by: event.by.name }]
  return []
}

function stepOf(
  planned: Plan['steps'][number],
  state: RunState,
  ends: ReadonlyMap<string, number>,
): StepSummary {
  const step = state.steps[planned.id]
  const uses = step?.use === 'fallback' ? (planned.fallback?.uses ?? planned.uses) : planned.uses
  if (step === undefined) return { step: planned.id, uses, result: 'not started', attempts: 0 }
  const ended = ends.get(planned.id)
  return {
    step: planned.id,
    uses,
    result: step.status,
    took: ended === undefined ? undefined : ended - step.startedAt,
    attempts: Object.values(step.effects).reduce((most, { attempts }) => Math.max(most, attempts), 0),
    why: step.why,
    cure: step.cure,
  }
}

/** When each step ended. */
function endsOf(lines: readonly Line[]): Map<string, number> {
  return new Map(
    lines.flatMap(({ at, event }): [string, number][] =>
      event.type === 'step-ended' ? [[event.step, at]] : [],
    ),
  )
}

/** The last of each: after an interruption it was kept once more. */
function capturedIn(lines: readonly Line[]): RunSummary['captured'] {
  const found = new Map<string, RunSummary['captured'][number]>()
  for (const { event } of lines) {
    if (event.type !== 'captured') continue
    const { type: _, ...captured } = event
    found.set(captured.capture, captured)
  }
  return [...found.values()]
}

function decisionIn(lines: readonly Line[]): DecisionOnRecord | undefined {
  const event = lines.find((line) => line.event.type === 'triggers-judged')?.event
  return event?.type === 'triggers-judged' ? event.decision : undefined
}

/** A run that was interrupted before its first change has asked them more than once. */
function guardsIn(lines: readonly Line[]): RunSummary['guards'] {
  const resumed = lines.findLastIndex(({ event }) => event.type === 'run-resumed')
  const judged = (part: readonly Line[]): RunSummary['guards'] =>
    part.flatMap(({ event }) => {
      if (event.type !== 'guard-judged') return []
      const { guard, condition, verdict, words, forced } = event
      return [{ guard, condition, verdict, words, forced: forced === true }]
    })
  const last = judged(lines.slice(resumed + 1))
  return last.length > 0 ? last : judged(lines)
}

/** The last judgement of every condition and surface. */
function proofOf(state: RunState, lines: readonly Line[]): ProofSummary | undefined {
  const conditions = new Map<string, ProofSummary['conditions'][number]>()
  const surfaces = new Map<string, ProofSummary['surfaces'][number]>()
  for (const { event } of lines) {
    if (event.type === 'condition-judged') {
      const { role, condition, verdict, words } = event
      conditions.set(`${role} ${condition}`, { role, condition, verdict, words })
    }
    if (event.type === 'surface-proven') {
      const { surface, verdict, words } = event
      surfaces.set(surface, { surface, verdict, words })
    }
  }
  if (state.proof === undefined && conditions.size === 0 && surfaces.size === 0) return undefined
  const { verdict, why, degraded } = state.proof ?? {
    verdict: 'unknown',
    why: 'the proof did not end',
    degraded: [],
  }
  return { verdict, why, degraded, conditions: [...conditions.values()], surfaces: [...surfaces.values()] }
}
