import { chartedOf } from '../core/conditions/charted.ts'
import {
  type Explanation,
  explainTrigger,
  type KnownOf,
  type SignalExplained,
} from '../core/conditions/explain.ts'
import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { historyOf } from '../core/conditions/history.ts'
import { byGravity, type TriggerVerdict } from '../core/conditions/verdict.ts'
import type { Condition, Runbook } from '../core/model.ts'
import { askedOf } from './asked-options.ts'
import type { Watched } from './watch-signal.ts'

/** Why the triggers were judged as they were. */
export function explain(
  runbook: Runbook,
  judged: readonly TriggerVerdict[],
  signals: readonly Watched[],
  knownOf: KnownOf,
  now: number,
): Explanation {
  const { triggers, unless } = runbook
  const conditions = byWeight(runbook, judged)
  return {
    triggers: triggers.map((trigger) => explainTrigger(trigger, unless, knownOf)),
    signals: signals.map((one) => signalOf(one, now)),
    charts: signals.flatMap(({ name }) => {
      const charted = conditions
        .filter(({ condition }) => condition.signal === name)
        .flatMap(({ by, condition }) => chartedOf(by, condition, knownOf(condition)) ?? [])
      return charted.find(({ points }) => points.at(-1)?.holds) ?? charted[0] ?? []
    }),
  }
}

/** Those of the gravest trigger first: one chart of a signal is enough, and it is about what is breached. */
function byWeight(
  { triggers, unless }: Runbook,
  judged: readonly TriggerVerdict[],
): { by: string; condition: Condition }[] {
  const order = byGravity(judged).flatMap(({ id }) => triggers.find((one) => one.id === id) ?? [])
  return [...order, ...unless].flatMap(({ id, when }) =>
    conditionsIn(when).map((condition) => ({ by: id, condition })),
  )
}

function signalOf(one: Watched, now: number): SignalExplained {
  const { name, signal, every, history, baseline } = one
  const { source, unit, window } = signal
  return {
    name,
    source,
    asked: askedOf(signal),
    unit,
    window,
    every,
    history,
    baseline: signal.baseline === undefined ? undefined : { value: baseline, before: signal.baseline.offset },
    measured: historyOf(one.taken, { every, now, since: history === undefined ? undefined : now - history }),
  }
}
