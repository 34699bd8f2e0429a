import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { sentenceOf } from '../core/problem.ts'
import { whatIsApplied } from '../core/run/conclude.ts'
import type { RunEvent } from '../core/run/events.ts'
import { fold } from '../core/run/state.ts'
import { carryOut } from './carry-out.ts'
import { makeUndo } from './make-undo.ts'
import type { CarryOutOptions, Session, StoredRun } from './types.ts'

type RunEnded = Extract<RunEvent, { type: 'run-ended' }>

export interface CarriedThrough {
  ended: RunEnded
  /** The undo that `on_failure: undo` asked for, when it came to that. */
  undo?: { plan: Plan; ended: RunEnded } | { impossible: string } | undefined
  exit: ExitCode
}

export interface CarryThroughOptions extends CarryOutOptions {
  /** Before an undo begins by itself. */
  onUndo?: ((plan: Plan) => void) | undefined
}

/** Carries a plan out and, where the runbook asks for it, takes a failed one back. */
export async function carryThrough(
  session: Session,
  plan: Plan,
  options: CarryThroughOptions,
): Promise<CarriedThrough> {
  const ended = await carryOut(session, plan, options)
  if (plan.onFailure !== 'undo' || plan.kind !== 'run' || ended.result !== 'stands')
    return { ended, exit: ended.exit }
  const undo = await takeBack(session, plan, ended, options)
  return { ended, undo, exit: 'impossible' in undo ? ended.exit : exitAfter(undo) }
}

type TakenBack = NonNullable<CarriedThrough['undo']>

/** Whatever goes wrong with it, the changes of the run stand: that must not be lost in an error. */
async function takeBack(
  session: Session,
  plan: Plan,
  ended: RunEnded,
  options: CarryThroughOptions,
): Promise<TakenBack> {
  try {
    const run = await session.store.find(plan.id)
    const barrier = noReturn(run)
    if (barrier !== undefined) return { impossible: barrier }
    const outcome = await makeUndo(session, run, {
      reason: `undo after failure: ${ended.why}`,
      without: [],
    })
    if (outcome.kind === 'refused')
      return { impossible: outcome.refusal.reasons.map((reason) => reason.why).join('; ') }
    // Also when nothing of it is in place any more: that all is back is claimed only after it was proven.
    options.onUndo?.(outcome.plan)
    return { plan: outcome.plan, ended: await carryOut(session, outcome.plan, options) }
  } catch (error) {
    return { impossible: sentenceOf(error) }
  }
}

function exitAfter({ plan, ended }: Exclude<TakenBack, { impossible: string }>): ExitCode {
  const proven = ended.result === 'proven' || ended.result === 'degraded'
  if (proven && plan.without.length === 0) return EXIT.undone
  const interrupted = ended.exit === EXIT.interrupted || ended.exit === EXIT.terminated
  return interrupted ? ended.exit : EXIT.stands
}

/** An undo never crosses a point of no return by itself: not one that the run has passed, or may have passed. */
function noReturn({ plan, lines }: StoredRun): string | undefined {
  const { steps } = fold(lines)
  const passed = (id: string, effect: string) => whatIsApplied(steps[id]?.effects[effect]) !== 'no'
  for (const step of plan.steps) {
    for (const { call, changes } of [step, step.fallback].filter((use) => use !== undefined)) {
      if (call?.reversal.how === 'none' && passed(step.id, call.effect))
        return `step "${step.id}" cannot be taken back: ${call.reversal.why}`
      for (const { effect, reversible, surface } of changes) {
        if (reversible !== true && passed(step.id, effect))
          return `${surface.id} cannot be taken back: ${reversible.no}`
      }
    }
  }
  return undefined
}
