import { expect, test } from 'vitest'

import type { DecisionOnRecord } from '../../src/core/conditions/verdict.ts'
import { decisionWords } from '../../src/report/decision-words.ts'

const errors: DecisionOnRecord['triggers'][number] = {
  id: 'errors',
  severity: 'critical',
  condition: 'errors above 10%',
  judged: 'holds',
  words: 'is 40%, above 10%',
  verdict: 'rollback',
}

test('the verdict, and what it comes from', () => {
  expect(decisionWords({ verdict: 'rollback', triggers: [errors] })).toBe(
    'roll back: errors: is 40%, above 10%',
  )
})

test('what holds and does not count is named: it would not be true that nothing speaks for a rollback', () => {
  const but = 'does not count while quick-fix: fix_time below 5m: is 2m'
  expect(decisionWords({ verdict: 'hold', triggers: [{ ...errors, verdict: 'hold', but }] })).toBe(
    `hold: errors: is 40%, above 10%, but it ${but}`,
  )
  expect(
    decisionWords({ verdict: 'hold', triggers: [{ ...errors, judged: 'fails', verdict: 'hold' }] }),
  ).toBe('hold: nothing speaks for a rollback')
})
