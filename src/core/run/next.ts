import type { Plan, PlannedStep } from '../plan/types.ts'
import { type Command, fail, record, type Surroundings } from './command.ts'
import { conclude } from './conclude.ts'
import { afterGuards, guardRefusal } from './guarded.ts'
import { frontierOf } from './frontier.ts'
import type { RunState } from './state.ts'
import { stepCommands } from './step-commands.ts'

// What is to be done next, decided from the plan and the state alone. The runtime carries the commands out,
// appends what came of them, and asks again.

export function next(plan: Plan, state: RunState, around: Surroundings): Command[] {
  if (state.ended !== undefined) return []
  if (state.phase === undefined || state.phase === 'decide')
    return [record({ type: 'phase-started', phase: 'execute' })]
  if (deadlineJustPassed(plan, state, around)) {
    return [record({ type: 'deadline-passed', deadline: plan.deadline ?? 0 })]
  }
  if (state.phase === 'verify') {
    return state.proof === undefined ? [{ do: 'prove' }] : [record(conclude(plan, state))]
  }
  return guardRefusal(plan, state) ?? execute(plan, state, around)
}

function execute(plan: Plan, state: RunState, around: Surroundings): Command[] {
  const frontier = frontierOf(plan, state)
  const failed = stepAt(plan, frontier.failed)
  const stopping = stopReason(failed, state, around)
  const commands = frontier.open(stopping === undefined).flatMap((place) => {
    const step = stepAt(plan, place)
    return step === undefined ? [] : stepCommands(state, step, around, stopping)
  })
  // A failure is written down before anything else is decided: nothing new is to begin beside it.
  const failure = commands.find(isFailure)
  if (failure !== undefined) return [failure]
  if (commands.length > 0) return afterGuards(plan, state, commands)
  if (frontier.isRunning) return []
  const open = stepAt(plan, frontier.unopened)
  // Past the deadline nothing new is started, but what is all done is still proven.
  if (failed !== undefined || (open !== undefined && stopping !== undefined))
    return [record(conclude(plan, state))]
  if (open !== undefined)
    return [fail(open, `it waits for ${open.needs.join(', ')}, and that can never be done`)]
  return [record({ type: 'phase-started', phase: 'verify' })]
}

function isFailure(command: Command): boolean {
  return command.do === 'record' && command.event.type === 'step-ended' && command.event.result === 'failed'
}

function stepAt(plan: Plan, place: number | undefined): PlannedStep | undefined {
  return place === undefined ? undefined : plan.steps[place]
}

/** Why nothing new is started. */
function stopReason(
  failed: PlannedStep | undefined,
  state: RunState,
  around: Surroundings,
): string | undefined {
  if (failed !== undefined) return `step "${failed.id}" failed`
  return state.deadlinePassed && around.ci ? 'the deadline has passed' : undefined
}

function deadlineJustPassed(plan: Plan, state: RunState, { now }: Surroundings): boolean {
  if (plan.deadline === undefined || state.started === undefined || state.deadlinePassed) return false
  return now > (state.since ?? state.started.at) + plan.deadline
}
