import { formatDuration } from '../duration.ts'
import type { PlannedStep } from '../plan/types.ts'
import { type Command, done, fail, record, type Surroundings } from './command.ts'
import { callCommands, isReached, setCommands } from './effect-commands.ts'
import { clockOf, type RunState, type StepState } from './state.ts'
import { type StepContext, underway } from './step-context.ts'
import { useInForce } from './use.ts'

// What is to be done next about one step.

export function stepCommands(
  state: RunState,
  step: PlannedStep,
  around: Surroundings,
  stopping: string | undefined,
): Command[] {
  const own = state.steps[step.id]
  if (own === undefined) return [begin(step)]
  const use = useInForce(step, own)
  const context = { step, own, use, around, stopping }
  const open = openCommands(context)
  if (open === 'settled') return step.verify === undefined ? [done(step)] : verifyCommands(context)
  // A person may take their time.
  if (open.some(({ do: what }) => what === 'settle' || what === 'ask')) return open
  const isLate = use.kind !== 'gate' && around.now >= clockOf(own) + step.timeout
  const commands = isLate ? [fail(step, timedOut(step, own))] : open
  // While something of the step is under way it does not end: the outcome would be lost, and an undo would meet it.
  return commands.some((command) => command.do === 'record') && underway(context).length > 0 ? [] : commands
}

function openCommands(context: StepContext): Command[] | 'settled' {
  const { kind } = context.use
  if (kind === 'gate') return gateCommands(context)
  return kind === 'set' ? setCommands(context) : callCommands(context)
}

function begin(step: PlannedStep): Command {
  return step.skip === undefined
    ? record({ type: 'step-started', step: step.id })
    : record({ type: 'step-ended', step: step.id, result: 'skipped', why: step.skip })
}

function gateCommands({ step, own, stopping }: StepContext): Command[] | 'settled' {
  if (own.answer === undefined)
    return stopping === undefined ? [{ do: 'ask', step: step.id }] : [fail(step, `not asked: ${stopping}`)]
  return own.answer.accepted ? 'settled' : [fail(step, `declined with the answer "${own.answer.value}"`)]
}

function verifyCommands({ step, own }: StepContext): Command[] {
  if (own.verified === undefined) return [{ do: 'verify-step', step: step.id }]
  if (own.verified.verdict === 'holds') return [done(step)]
  return [
    fail(
      step,
      `its verification ${own.verified.verdict === 'fails' ? 'fails' : 'could not be measured'}: ${own.verified.words}`,
    ),
  ]
}

function timedOut(step: PlannedStep, own: StepState): string {
  const open = Object.values(own.effects).find((effect) => !isReached(effect))
  const last = open?.observed?.words ?? open?.failure?.message
  return `not settled after ${formatDuration(step.timeout)}${last === undefined ? '' : `; last seen: ${last}`}`
}
