import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { usesBaseline } from '../core/conditions/sample.ts'
import { spanOf } from '../core/conditions/span.ts'
import type { Condition, Runbook, Statement, Trigger } from '../core/model.ts'

/** A signal that has to be measured, and how. */
export interface LookBack {
  signal: string
  /** Milliseconds, where it is another one than the signal's. */
  window?: number | undefined
  /** Milliseconds between two samples, where they are others than the signal's. */
  every?: number | undefined
  /** How far back any of its conditions looks, in milliseconds; 0: only at what is now. */
  history: number
  /** One of its conditions is about what is usual. */
  usesBaseline: boolean
}

export type LookBacks = Map<string, LookBack>

/** What tells the measurements of one condition from those of another. */
export function measuredAs({
  signal,
  window,
  every,
}: Pick<Condition, 'signal' | 'window' | 'every'>): string {
  return `${signal} ${window ?? ''} ${every ?? ''}`
}

/** As it is now, and no more than that. */
export function asItIs(signal: string): LookBack {
  return { signal, history: 0, usesBaseline: false }
}

/** Those that a trigger speaks of, and the one that is only compared with. */
export function measuredSignals({ triggers, unless, fixForward, signals }: Runbook): LookBacks {
  const all = lookBacks({ triggers, unless, signals })
  const compared = fixForward?.signal
  if (compared === undefined || [...all.values()].some(({ signal }) => signal === compared)) return all
  return all.set(measuredAs({ signal: compared }), asItIs(compared))
}

/** Every signal of a runbook as it is, and those that conditions speak of as far as they look back. */
export function everySignal(signals: Runbook['signals'], spokenOf: LookBacks): LookBack[] {
  const all: LookBacks = new Map(
    Object.keys(signals).map((signal) => [measuredAs({ signal }), asItIs(signal)]),
  )
  return [...new Map([...all, ...spokenOf]).values()]
}

interface Speaking {
  triggers?: readonly Pick<Trigger, 'when' | 'unless' | 'rollbackAfter'>[]
  unless?: readonly { when: Statement }[]
  /** Of guards, of verify and of bake. */
  demanded?: readonly Statement[]
}

/** Every signal that a condition speaks of, over each window and at each pace. */
export function lookBacks({ signals, ...speaking }: Speaking & Pick<Runbook, 'signals'>): LookBacks {
  const found: LookBacks = new Map()
  for (const { condition, atLeast } of conditionsOf(speaking)) {
    const { signal, window, every } = condition
    const key = measuredAs(condition)
    const former = found.get(key)
    const span = Math.max(atLeast, spanOf(condition, every ?? signals[signal]?.every))
    found.set(key, {
      signal,
      window,
      every,
      // A little more, so that what was before the breach is seen, too.
      history: Math.max(former?.history ?? 0, Math.ceil(span * 1.2)),
      usesBaseline: former?.usesBaseline === true || usesBaseline(condition),
    })
  }
  return found
}

function conditionsOf({
  triggers = [],
  unless: rules = [],
  demanded = [],
}: Speaking): { condition: Condition; atLeast: number }[] {
  const all: [statement: Statement, atLeast: number][] = [
    ...triggers.flatMap(({ when, unless, rollbackAfter = 0 }): [Statement, number][] =>
      [when, ...(unless === undefined ? [] : [unless])].map((statement) => [statement, rollbackAfter]),
    ),
    ...rules.map(({ when }): [Statement, number] => [when, 0]),
    ...demanded.map((statement): [Statement, number] => [statement, 0]),
  ]
  return all.flatMap(([statement, atLeast]) =>
    conditionsIn(statement).map((condition) => ({ condition, atLeast })),
  )
}
