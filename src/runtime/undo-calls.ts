import type { CallAction } from '../core/contract.ts'
import { unboundReason } from '../core/plan/bind.ts'
import type { RefusalReason } from '../core/plan/outcome.ts'
import type { LiveVersion, PlannedCall } from '../core/plan/types.ts'
import type { UndoStep } from '../core/plan/undo.ts'
import { bindForShow, bindOptions } from './bind-options.ts'
import { callOptions } from './call-options.ts'
import { type Looked, undoStep, type UndoGround } from './undo-step.ts'

/** Whether a call of an undo can be made: known before the first surface is put back. */
export async function lookAtCall(
  at: UndoGround,
  one: UndoStep,
  action: CallAction<unknown>,
  former: PlannedCall,
): Promise<Looked> {
  // The undo of an undo makes the call itself again.
  const call: PlannedCall = { ...former, reversed: one.role === 'reverse-call' && former.reversed !== true }
  const unbound = unboundCall(at, one, action, call)
  if (unbound !== undefined) return { reasons: [unbound], confirmations: [] }

  const bound = await bindOptions(at.ground, at.secrets, action.options, one.use.with)
  const use = { ...one.use, call }
  const options = callOptions(action, use, bound)
  const readiness = await action.ready?.(options, at.session.read)
  if (readiness !== undefined && readiness.kind !== 'ready')
    return { reasons: [{ step: one.step.id, ...readiness }], confirmations: [] }

  const shown = callOptions(action, use, bindForShow(at.ground, action.options, one.use.with))
  // That its check says "done" already may be the doing of the run: it is made again, and the check tells nothing of it.
  const observable = call.observable && readiness?.done !== true
  return {
    step: undoStep(one, {
      ...one.use,
      call: { ...call, observable, repeat: action.repeat(options), manual: action.manual(shown) },
      checks: readiness?.checks ?? [],
    }),
    reasons: [],
    confirmations: [],
  }
}

/** A call that needs a name which nobody knows cannot be made. */
function unboundCall(
  { ground, former }: UndoGround,
  one: UndoStep,
  action: CallAction<unknown>,
  call: PlannedCall,
): RefusalReason | undefined {
  const why = unboundReason(ground, optionsMeant(action, one, call))
  if (why === undefined) return undefined
  const what = call.reversed === true ? 'its reversal cannot be called' : 'it cannot be called again'
  return {
    step: one.step.id,
    kind: 'unknown',
    why: `${what}: ${why}, because ${whyUnknown(former.live)}`,
    cure: `leave it out with --without ${one.step.id}, and do it by hand`,
  }
}

/** With everything that is bound late still in place. What takes a call back need not mention what the call does. */
function optionsMeant(action: CallAction<unknown>, { use }: UndoStep, call: PlannedCall): unknown {
  const parsed = action.options.safeParse(use.with)
  return call.reversed === true && parsed.success
    ? callOptions(action, { ...use, call }, parsed.data)
    : use.with
}

function whyUnknown(live: LiveVersion): string {
  if ('release' in live) return `what was live before is only known as "${live.release.given}"`
  return 'unknown' in live
    ? 'the live version could not be read when the run was planned'
    : 'the runbook names no live version'
}
