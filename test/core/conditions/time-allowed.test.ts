import { describe, expect, test } from 'vitest'

import { timeAllowed } from '../../../src/core/conditions/time-allowed.ts'
import type { TriggerVerdict } from '../../../src/core/conditions/verdict.ts'
import type { Procedure } from '../../../src/core/model.ts'
import { timeWords } from '../../../src/report/time-text.ts'

const MINUTE = 60_000
const NOW = 100 * MINUTE
const CODE: Procedure = { name: 'code', takes: 5 * MINUTE, onFailure: 'stop', limits: {}, steps: [] }
const RUNBOOK = {
  maxDowntime: { critical: 5 * MINUTE, high: 15 * MINUTE },
  fixForward: { signal: 'fix' },
  procedures: [CODE],
}

function trigger(verdict: TriggerVerdict['verdict'], severity: TriggerVerdict['severity'], since?: number) {
  return { id: 'a', severity, condition: '', judged: 'holds', words: '', verdict, rule: '', since } as const
}

describe('how long it may last', () => {
  test('is that of the gravest trigger that calls for something, and has passed since the first of them began', () => {
    const triggers = [
      trigger('investigate', 'medium', NOW - 9 * MINUTE),
      trigger('rollback', 'high', NOW - MINUTE),
      trigger('hold', 'critical', NOW - 20 * MINUTE),
    ]
    expect(timeAllowed(RUNBOOK, triggers, 30 * MINUTE, NOW)).toEqual({
      severity: 'high',
      allowed: 15 * MINUTE,
      passed: 9 * MINUTE,
      procedure: 'code',
      takes: 5 * MINUTE,
      fix: 30 * MINUTE,
    })
  })

  test('where nothing calls for something, or the runbook says nothing of it, there is nothing to be said', () => {
    expect(timeAllowed(RUNBOOK, [trigger('hold', 'low'), trigger('unknown', 'high')], 0, NOW)).toBeUndefined()
    const silent = { ...RUNBOOK, maxDowntime: undefined, fixForward: undefined }
    expect(timeAllowed(silent, [trigger('rollback', 'high')], 0, NOW)).toBeUndefined()
  })
})

test.each([
  [{ fix: 30, takes: 5, allowed: 15 }, 'rolling back is quicker, only rolling back ends in time'],
  [{ fix: 2, takes: 5, allowed: 15 }, 'a fix is quicker, both end in time'],
  [{ fix: 2, takes: 5, allowed: 4 }, 'a fix is quicker, only a fix ends in time'],
  [{ fix: 30, takes: 5, allowed: 15, passed: 10 }, 'rolling back is quicker, only rolling back ends in time'],
  [{ fix: 30, takes: 5, allowed: 15, passed: 11 }, 'rolling back is quicker, neither ends in time'],
  [{ fix: 5, takes: 5 }, 'both take as long'],
  [{ takes: 5, allowed: 5 }, 'rolling back ends in time'],
  [{ takes: 5, allowed: 4 }, 'rolling back does not end in time'],
  [{ allowed: 4 }, undefined],
])('%j: %s', (minutes, conclusion) => {
  const times = Object.fromEntries(Object.entries(minutes).map(([name, value]) => [name, value * MINUTE]))
  const words = timeWords({ severity: 'high', procedure: 'code', ...times })
  expect(words.split(': ')[1]).toBe(conclusion === undefined ? undefined : `${conclusion}.`)
})

test('all of it is one line, and what is not written down is said', () => {
  const known = { severity: 'critical', procedure: 'code', takes: 5 * MINUTE, fix: 30 * MINUTE } as const
  expect(timeWords({ ...known, allowed: 5 * MINUTE, passed: 80_000 })).toBe(
    'Rolling back takes about 5m 00s (code), a fix takes 30m 00s; 5m 00s of downtime are allowed (critical), and 1m 20s or more have passed: rolling back is quicker, neither ends in time.',
  )
  expect(timeWords({ severity: 'high', procedure: 'code' })).toBe('How long code takes is not written down.')
})
