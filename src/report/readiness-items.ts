import type { Check } from '../core/contract.ts'
import type { Readiness } from '../core/plan/readiness.ts'
import { isChoice } from '../core/release.ts'
import { checkWords } from './plan-facts.ts'

// What a readiness check has found, one item for each thing that was looked at, and which of them is an obstacle.

export interface Item {
  name: string
  state: string
  /** What is there, or why it is not. */
  words: string
  cure?: string | undefined
  /** How each part of it is known. */
  known?: string[] | undefined
}

export const GOOD = new Set(['ready', 'possible', 'measured', 'holds'])
/** Neither good nor an obstacle: nobody has looked. */
export const OPEN = new Set(['unasked', 'untried'])

/** Whether a rollback would be refused today, as far as that was looked at. */
export function isReady(readiness: Readiness): boolean {
  return obstacles(readiness).length === 0
}

/** A signal that fails is evidence, not an obstacle: a dead service never blocks its own rollback. */
export function obstacles(readiness: Readiness): Item[] {
  return [
    ...surfaceItems(readiness),
    ...trialItems(readiness),
    ...callItems(readiness),
    ...secretItems(readiness),
    ...guardItems(readiness),
    ...unreadItems(readiness),
    ...choiceItems(readiness),
  ].filter((item) => !GOOD.has(item.state) && !OPEN.has(item.state))
}

export function surfaceItems(readiness: Readiness): Item[] {
  return readiness.surfaces.map(({ step, surface, type, live, state, why, cure }) => ({
    name: `${step}: ${surface}`,
    state,
    words: why ?? `${type}, now ${live}`,
    cure,
  }))
}

export function trialItems(readiness: Readiness): Item[] {
  return readiness.surfaces.flatMap(({ step, surface, state, trial }) => {
    const name = `${step}: ${surface}`
    if (trial === undefined)
      // Where the surface itself is an obstacle, that has been said.
      return state === 'ready' ? [{ name, state: 'untried', words: 'no candidate is known for it' }] : []
    const { candidate, why = '', cure, checks } = trial
    const words =
      trial.state === 'possible'
        ? `a rollback to ${candidate} would not be refused by it`
        : `a rollback to ${candidate} would be refused: ${why}`
    return [{ name, state: trial.state, words, cure, known: knownWords(checks, '') }]
  })
}

export function callItems(readiness: Readiness): Item[] {
  return readiness.calls.map(({ step, uses, state, checks = [], why, cure }) => ({
    name: `${step}: ${uses}`,
    state,
    words: why ?? '',
    cure,
    known: knownWords(checks, uses),
  }))
}

function knownWords(checks: readonly Check[], uses: string): string[] {
  return checks.map((check) => {
    const { how, says } = checkWords(check, { uses })
    return says === '' ? how : `${how} ${says}`
  })
}

export function secretItems(readiness: Readiness): Item[] {
  return readiness.secrets.map(({ name, from, state, why }) => ({
    name,
    state,
    words: why ?? `from ${from}`,
  }))
}

export function signalItems(readiness: Readiness): Item[] {
  return readiness.signals.map(({ name, value, state }) => ({ name, state, words: value }))
}

export function guardItems({ guards }: Readiness): Item[] {
  return guards.map(({ guard, condition, state, words, note }) => ({
    name: `${guard}: ${condition}`,
    state,
    words: note === undefined || state === 'holds' ? words : `${words} (${note})`,
    cure:
      state === 'fails' || state === 'unknown'
        ? 'see that it holds; a run goes past it only with --force --reason <text>'
        : undefined,
  }))
}

export function unreadItems({ candidatesUnread }: Readiness): Item[] {
  if (candidatesUnread === undefined) return []
  const { why, cure } = candidatesUnread
  return [{ name: 'candidates', state: 'unknown', words: `candidates could not be read: ${why}`, cure }]
}

/** Versions are known, and none of them can be gone to: then no rollback can be. */
export function choiceItems({ candidates }: Readiness): Item[] {
  if (candidates.length === 0 || candidates.some(isChoice)) return []
  return [
    {
      name: 'versions',
      state: 'none',
      words: 'each of those that are known is live, or blocked',
      cure: 'rollback versions unblock <version>; or name one with --force --reason <text>',
    },
  ]
}
