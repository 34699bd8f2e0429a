import { describe, expect, test } from 'vitest'

import type { Decision, TriggerVerdict } from '../../src/core/conditions/verdict.ts'
import { checkText } from '../../src/report/check-text.ts'
import { PLAIN } from '../../src/report/look.ts'

function trigger(own: Partial<TriggerVerdict>): TriggerVerdict {
  return {
    id: 'errors',
    severity: 'critical',
    condition: 'error_rate above 10%',
    judged: 'holds',
    words: 'is 40%, above 10%',
    verdict: 'rollback',
    rule: '',
    ...own,
  }
}

function told(verdict: Decision['verdict'], ...triggers: TriggerVerdict[]): string {
  return checkText({ verdict, triggers, sampled: 0, unanswered: [] }, 'shop, production', PLAIN)
}

const OUTWEIGHED = trigger({
  id: 'outweighed',
  verdict: 'hold',
  but: 'does not count while quick-fix: fix below 5m: is 3m 00s, below 5m',
})

describe('what is outweighed does not read as if it called for a rollback', () => {
  test('it stands apart, with what outweighs it', () => {
    const text = told('rollback', OUTWEIGHED, trigger({}))
    expect(text).toContain('Holds\n  ! errors (critical): error_rate above 10%\n    is 40%, above 10%\n\n')
    expect(text).toContain(`Outweighed
  - outweighed (critical): error_rate above 10%
    is 40%, above 10%
    it holds, but does not count while quick-fix: fix below 5m: is 3m 00s, below
    5m`)
  })

  test('the verdict says so', () => {
    expect(told('hold', OUTWEIGHED)).toContain('\nHold: what speaks for a rollback is outweighed\n')
    expect(told('hold', trigger({ judged: 'fails', verdict: 'hold' }))).toContain('\nHold: nothing says')
  })

  test('nor is one missed that could not be judged', () => {
    const text = told('hold', { ...OUTWEIGHED, judged: 'unknown' })
    expect(text).toContain('    it is not known, and does not count while quick-fix')
    expect(text).not.toContain('Not known')
    expect(text).not.toContain('--sample')
  })
})

test('the verdict stands last once more where its head has left the screen', () => {
  const many = (count: number): TriggerVerdict[] =>
    Array.from({ length: count }, (_, index) => trigger({ id: `errors-${index}` }))
  expect(told('rollback', ...many(2))).not.toContain('Verdict')
  const long = told('rollback', ...many(9), trigger({ id: 'well', judged: 'fails', verdict: 'hold' }))
  expect(long).toMatch(/\nVerdict\n {2}Roll back \(errors-0, [^)]*errors-8\)\n\nWays on\n/)
})

test('the next commands mean the same runbook and environment, and say what was answered', () => {
  const typed = { which: ['--env', 'staging', '--set', 'region=eu west'], answers: ['works=yes', 'other=5'] }
  const unknown = trigger({ judged: 'unknown', verdict: 'unknown' })
  const tell = (decision: Pick<Decision, 'verdict' | 'unanswered' | 'triggers'>): string =>
    checkText({ sampled: 0, ...decision }, 'shop, staging', PLAIN, typed)
  expect(tell({ verdict: 'rollback', triggers: [trigger({})], unanswered: [] })).toContain(
    "rollback run --env staging --set 'region=eu west'",
  )
  expect(tell({ verdict: 'unknown', triggers: [unknown], unanswered: ['other'] })).toContain(
    "rollback check --env staging --set 'region=eu west' --answer works=yes --answer other=…",
  )
})

describe('unknown', () => {
  const lasting = trigger({
    id: 'lasting',
    judged: 'unknown',
    verdict: 'unknown',
    words: 'is 40%, above 10%, seen once so far; it has to last 5m 00s',
    since: 1_000_000,
    knownAfter: 310_000,
  })
  const lost = trigger({ id: 'lost', judged: 'unknown', verdict: 'unknown', words: 'refused' })

  test('because nothing has lasted yet: it says so, and what would make it known', () => {
    const text = told('unknown', lasting)
    expect(text).toContain('\nUnknown: all was measured, but not for long enough yet\n')
    expect(text).toContain('it has to last 5m 00s\n')
    expect(text).toContain('rollback check --sample 5m10s  measure for long enough to know')
  })

  test('because something could not be measured: to measure for longer is no way on', () => {
    const text = told('unknown', lost)
    expect(text).toContain('\nUnknown: not all could be measured that has to be known')
    expect(text).not.toContain('--sample')
  })

  test('because of both: time alone does not tell', () => {
    const text = told('unknown', lost, lasting)
    expect(text).toContain('\nUnknown: not all could be measured that has to be known')
    expect(text).toContain('rollback check --sample 5m10s  measure for longer what has to have lasted')
  })
})
