import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import type { RunEvent } from '../core/run/events.ts'
import { carryOut } from './carry-out.ts'
import { makeUndo } from './make-undo.ts'
import type { CarryOutOptions, Session } from './types.ts'

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
  const barrier = noReturn(plan)
  if (barrier !== undefined) return { ended, undo: { impossible: barrier }, exit: ended.exit }

  const outcome = await makeUndo(session, await session.store.find(plan.id), {
    reason: `undo after failure: ${ended.why}`,
    without: [],
  })
  if (outcome.kind === 'refused') {
    return {
      ended,
      undo: { impossible: outcome.refusal.reasons.map((reason) => reason.why).join('; ') },
      exit: ended.exit,
    }
  }
  if (outcome.kind === 'already') return { ended, exit: EXIT.undone }
  options.onUndo?.(outcome.plan)
  const undone = await carryOut(session, outcome.plan, options)
  const provenBack = undone.result === 'proven' || undone.result === 'degraded'
  return {
    ended,
    undo: { plan: outcome.plan, ended: undone },
    exit: provenBack
      ? EXIT.undone
      : undone.exit === EXIT.interrupted || undone.exit === EXIT.terminated
        ? undone.exit
        : EXIT.stands,
  }
}

/** An undo never crosses a point of no return by itself. */
function noReturn(plan: Plan): string | undefined {
  for (const step of plan.steps) {
    const reversal = step.call?.reversal
    if (step.skip === undefined && reversal?.how === 'none')
      return `step "${step.id}" cannot be taken back: ${reversal.why}`
    const change = step.changes.find((one) => one.reversible !== true)
    if (change !== undefined && change.reversible !== true)
      return `${change.surface.id} cannot be taken back: ${change.reversible.no}`
  }
  return undefined
}
