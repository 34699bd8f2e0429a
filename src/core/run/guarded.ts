import { EXIT } from '../exit.ts'
import { guardReasons } from '../plan/guards.ts'
import { stepNamed } from '../plan/lookup.ts'
import type { Plan } from '../plan/types.ts'
import { type Command, record } from './command.ts'
import { mayHaveChanged, type RunState } from './state.ts'

// What must hold before anything is changed is asked when the first change is about to begin, and not before: a person
// who is asked by a gate may take half an hour.

/** The commands, with what has to come first in front of all that changes something or leads to it. */
export function afterGuards(plan: Plan, state: RunState, commands: Command[]): Command[] {
  const first = firstOf(plan, state)
  if (first === undefined) return commands
  const waiting = commands.filter((command) => !isWork(plan, command))
  return waiting.length === commands.length ? commands : [...waiting, first]
}

/**
 * Evidence takes its time, and guards are to be as fresh as can be: they come last. Once changes have begun, what had to
 * hold before them is no question any more.
 */
function firstOf(plan: Plan, state: RunState): Command | undefined {
  const isCaptured = state.captured >= (plan.capture ?? []).length
  const isGuarded = state.guards.length >= guardsOf(plan).length
  // Looked at last: it goes through all that was tried.
  if ((isCaptured && isGuarded) || mayHaveChanged(state)) return undefined
  return isCaptured ? { do: 'guard' } : { do: 'capture' }
}

/** The end of a run one of whose guards does not hold. */
export function guardRefusal(plan: Plan, state: RunState): Command[] | undefined {
  const guards = guardsOf(plan)
  if (state.guards.length < guards.length) return undefined
  const refusing = guardReasons(guards.map((guard, place) => ({ ...guard, ...state.guards[place] })))
  if (refusing.length === 0) return undefined
  const why = `right before the first change, ${refusing.map((reason) => reason.why).join('; ')}`
  return [record({ type: 'run-ended', result: 'refused', exit: EXIT.refused, why, stands: [] })]
}

function guardsOf({ guards }: Plan): NonNullable<Plan['guards']> {
  return guards ?? []
}

/** A gate changes nothing, and a step that is skipped neither. */
function isWork(plan: Plan, command: Command): boolean {
  if (command.do === 'apply' || command.do === 'call') return true
  return (
    command.do === 'record' &&
    command.event.type === 'step-started' &&
    stepNamed(plan, command.event.step)?.kind !== 'gate'
  )
}
