import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { spanOf } from '../core/conditions/span.ts'
import type { Condition, Runbook } from '../core/model.ts'

/** A signal that has to be measured, and how. */
interface LookBack {
  signal: string
  /** Milliseconds, where it is another one than the signal's. */
  window: number | undefined
  /** How far back any of its conditions looks, in milliseconds. */
  history: number
}

type LookBacks = Map<string, LookBack>

/** What tells the measurements of one condition from those of another. */
export function measuredAs({ signal, window }: Pick<Condition, 'signal' | 'window'>): string {
  return `${signal} ${window ?? ''}`
}

/** Those that a condition speaks of, and the one that is only compared with. */
export function measuredSignals(runbook: Runbook): LookBacks {
  const all = lookBacks(runbook)
  const compared = runbook.fixForward?.signal
  if (compared === undefined || all.has(measuredAs({ signal: compared }))) return all
  return all.set(measuredAs({ signal: compared }), { signal: compared, window: undefined, history: 0 })
}

/** Every signal that a condition speaks of, over each window. */
export function lookBacks({ triggers, unless: rules }: Runbook): LookBacks {
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
  for (const { when } of rules) for (const condition of conditionsIn(when)) look(condition)
  return found
}
