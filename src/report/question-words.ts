import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { describeStatement } from '../core/conditions/describe.ts'
import type { Decision, TriggerVerdict } from '../core/conditions/verdict.ts'
import type { Runbook } from '../core/model.ts'
import { isAsked } from './demand-words.ts'
import { asksFor } from '../core/conditions/worth-asking.ts'

// What a person who is asked for a fact has to know: what hangs on it, and what was measured.

/** What hangs on the answer: the triggers that want it. */
export function hangsOnIt(signal: string, runbook: Runbook, decision: Pick<Decision, 'triggers'>): string {
  const lines = asksFor(signal, runbook, decision).map(({ trigger, against }) =>
    against === undefined
      ? `${trigger.id} (${trigger.severity}): ${describeStatement(trigger.when)}`
      : `what speaks against ${trigger.id} (${trigger.severity}): ${describeStatement(against.when)}`,
  )
  if (lines.length === 0) return 'To compare a fix with a rollback:'
  return `For ${lines.join('; ')}:`
}

/** What the machines say already; what nobody has answered is not among it. */
export function measuredSoFar(
  { triggers }: Pick<Decision, 'triggers'>,
  { triggers: declared, signals }: Pick<Runbook, 'triggers' | 'signals'>,
): string {
  const holding = triggers.filter(({ judged, verdict }) => judged === 'holds' && verdict !== 'hold')
  const isMeasured = (id: string): boolean =>
    declared.some(
      (one) => one.id === id && conditionsIn(one.when).every((each) => !isAsked({ signals }, each)),
    )
  const unknown = triggers.flatMap(({ id, judged }) => (judged === 'unknown' && isMeasured(id) ? [id] : []))
  const open = unknown.length === 0 ? '' : ` Not known: ${unknown.join(', ')}.`
  if (holding.length === 0) return `So far nothing calls for a rollback.${open}`
  const words = ({ id, severity, words: found }: TriggerVerdict): string => `${id} (${severity}): ${found}`
  return `So far: ${holding.map(words).join('; ')}.${open}`
}
