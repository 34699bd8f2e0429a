import { chartedOf } from '../core/conditions/charted.ts'
import { type Explanation, explainTrigger, type SignalExplained } from '../core/conditions/explain.ts'
import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { historyOf } from '../core/conditions/history.ts'
import { type Baselines, isBySeries } from '../core/conditions/judgement.ts'
import type { KnownOf } from '../core/conditions/known.ts'
import { originOf } from '../core/conditions/limit-words.ts'
import { byGravity, type TriggerVerdict } from '../core/conditions/verdict.ts'
import { formatDuration } from '../core/duration.ts'
import type { Condition, Runbook } from '../core/model.ts'
import { withWindow } from '../core/window.ts'
import type { Explainable, Measured } from './judge-signals.ts'
import { measuredAs } from './look-backs.ts'
import { askedOf } from './asked-options.ts'

/** Why the triggers were judged as they were. */
export function explain(
  runbook: Runbook,
  judged: readonly TriggerVerdict[],
  signals: readonly Explainable[],
  knownOf: KnownOf,
  traced: KnownOf,
  now: number,
): Explanation {
  const { triggers, unless } = runbook
  const conditions = byWeight(runbook, judged)
  return {
    triggers: triggers.map((trigger) => explainTrigger(trigger, unless, knownOf, traced)),
    signals: signals.map((one) => signalOf(one, now)),
    charts: signals.flatMap((one) => {
      const charted = conditions
        .filter(({ condition }) => measuredAs(condition) === measuredAs({ signal: one.name, ...one.own }))
        .flatMap(({ by, condition }) => chartedOf(by, condition, nameOf(one), knownOf(condition)) ?? [])
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

function signalOf(one: Explainable, now: number): SignalExplained {
  const { signal, every, history, baseline } = one
  const { source, unit, window } = signal
  return {
    name: nameOf(one),
    source,
    asked: askedOf({ with: withWindow(signal.with, window) }),
    unit,
    window,
    every,
    history,
    // Where nothing is compared with it, it was not asked for.
    baseline:
      signal.baseline === undefined || baseline === undefined
        ? undefined
        : { ...usualIn(baseline), origin: originOf(signal.baseline) },
    measured: historyOf(one.taken, { every, now, since: history === undefined ? undefined : now - history }),
  }
}

/** A signal that is measured over two windows, or at two paces, is two. */
function nameOf({ name, own: { window, every } }: Measured): string {
  const over = window === undefined ? '' : `, over ${formatDuration(window)}`
  return name + over + (every === undefined ? '' : `, every ${formatDuration(every)}`)
}

function usualIn(baseline: NonNullable<Baselines>): { value?: number; why?: string } {
  if (typeof baseline === 'number') return { value: baseline }
  return { why: isBySeries(baseline) ? 'each series has its own' : baseline.unknown }
}
