import { expect, test } from 'vitest'

import type { TriggerVerdict } from '../../src/core/conditions/verdict.ts'
import type { Runbook, Trigger } from '../../src/core/model.ts'
import { measuredSoFar } from '../../src/report/question-words.ts'

const SIGNALS: Runbook['signals'] = {
  errors: { source: 'prometheus', with: {} },
  slow: { source: 'http', with: {} },
  reports: { source: 'ask', with: {} },
}

/** Each trigger is about the signal that it is called by. */
function soFar(judged: Partial<Record<keyof typeof SIGNALS, TriggerVerdict['judged']>>): string {
  const ids = Object.keys(judged)
  const declared = ids.map((id): Trigger => ({ id, severity: 'high', when: { signal: id, above: 1 } }))
  const triggers = ids.map((id): TriggerVerdict => {
    const verdict = judged[id] ?? 'unknown'
    const follows = { holds: 'rollback', fails: 'hold', unknown: 'unknown' } as const
    return {
      id,
      severity: 'high',
      condition: '',
      judged: verdict,
      words: 'is 2',
      verdict: follows[verdict],
      rule: '',
    }
  })
  return measuredSoFar({ triggers }, { triggers: declared, signals: SIGNALS })
}

test('what calls for a rollback is said, and what the machines could not tell', () => {
  expect(soFar({ errors: 'fails', reports: 'unknown' })).toBe('So far nothing calls for a rollback.')
  expect(soFar({ errors: 'unknown', slow: 'fails', reports: 'unknown' })).toBe(
    'So far nothing calls for a rollback. Not known: errors.',
  )
  expect(soFar({ errors: 'unknown', slow: 'holds' })).toBe('So far: slow (high): is 2. Not known: errors.')
})
