import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { spanOf } from '../core/conditions/span.ts'
import type { Condition, Runbook, Statement, Trigger } from '../core/model.ts'

/** A signal that has to be measured, and how. */
export interface LookBack {
  signal: string
  /** Milliseconds, where it is another one than the signal's. */
  window: number | undefined
  /** How far back any of its conditions looks, in milliseconds. */
  history: number
}

export type LookBacks = Map<string, LookBack>

/** What tells the measurements of one condition from those of another. */
export function measuredAs({ signal, window }: Pick<Condition, 'signal' | 'window'>): string {
  return `${signal} ${window ?? ''}`
}

/** Those that a trigger speaks of, and the one that is only compared with. */
export function measuredSignals({ triggers, unless, fixForward }: Runbook): LookBacks {
  const all = lookBacks({ triggers, unless })
  const compared = fixForward?.signal
  if (compared === undefined || all.has(measuredAs({ signal: compared }))) return all
  return all.set(measuredAs({ signal: compared }), { signal: compared, window: undefined, history: 0 })
}

/** Every signal of a runbook as it is, and those that conditions speak of as far as they look back. */
export function everySignal(signals: Runbook['signals'], spokenOf: LookBacks): LookBack[] {
  const all: LookBacks = new Map()
  for (const signal of Object.keys(signals))
    all.set(measuredAs({ signal }), { signal, window: undefined, history: 0 })
  return [...new Map([...all, ...spokenOf]).values()]
}

interface Speaking {
  triggers?: readonly Pick<Trigger, 'when' | 'unless' | 'rollbackAfter'>[]
  unless?: readonly { when: Statement }[]
  guards?: readonly { holds: Statement }[]
}

/** Every signal that a condition speaks of, over each window. */
export function lookBacks({ triggers = [], unless: rules = [], guards = [] }: Speaking): LookBacks {
  const found: LookBacks = new Map()
  const look = (condition: Condition, atLeast = 0): void => {
    const { signal, window } = condition
    const key = measuredAs(condition)
    // A little more, so that what was before the breach is seen, too.
    const history = Math.ceil(Math.max(atLeast, spanOf(condition)) * 1.2)
    found.set(key, { signal, window, history: Math.max(found.get(key)?.history ?? 0, history) })
  }
  for (const { when, unless, rollbackAfter } of triggers)
    for (const statement of unless === undefined ? [when] : [when, unless])
      for (const condition of conditionsIn(statement)) look(condition, rollbackAfter)
  for (const statement of [...rules.map(({ when }) => when), ...guards.map(({ holds }) => holds)])
    for (const condition of conditionsIn(statement)) look(condition)
  return found
}
