import { describe, expect, test } from 'vitest'

import type { Judgement } from '../../../src/core/conditions/judgement.ts'
import { judgeTrigger } from '../../../src/core/conditions/verdict.ts'
import type { Condition, Severity, Trigger, Unless } from '../../../src/core/model.ts'
import type { Judged } from '../../../src/core/run/events.ts'

const RULE: Unless = {
  id: 'quick-fix',
  when: { signal: 'fix', below: '5m' },
  severities: ['high', 'medium'],
  note: 'fix it instead',
}

/** Each signal is judged by its own name: `errors`, `fix`. */
function verdict(severity: Severity, judged: Record<string, Judged>, own?: Trigger['unless']) {
  const judgeOne = ({ signal }: Condition): Judgement => ({
    verdict: judged[signal] ?? 'unknown',
    words: `${signal} was looked at`,
    final: false,
  })
  const trigger: Trigger = { id: 'errors', severity, when: { signal: 'errors', above: '5%' }, unless: own }
  const { verdict, but } = judgeTrigger(trigger, judgeOne, 0, [RULE])
  return { verdict, but }
}

describe('a rule that speaks against every trigger', () => {
  test('while it holds none of its severities counts, and it is named with its note', () => {
    expect(verdict('high', { errors: 'holds', fix: 'holds' })).toEqual({
      verdict: 'hold',
      but: 'does not count while quick-fix (fix it instead): fix below 5m: fix was looked at',
    })
    expect(verdict('medium', { errors: 'unknown', fix: 'holds' }).verdict).toBe('hold')
  })

  test('a trigger of another severity does not wait for it', () => {
    expect(verdict('critical', { errors: 'holds', fix: 'holds' })).toEqual({
      verdict: 'rollback',
      but: undefined,
    })
  })

  test('where it does not hold, all is as without it; where it is not known, the verdict is neither', () => {
    expect(verdict('high', { errors: 'holds', fix: 'fails' }).verdict).toBe('rollback')
    expect(verdict('high', { errors: 'holds' })).toMatchObject({
      verdict: 'unknown',
      but: expect.stringContaining('whether it counts is not known: quick-fix'),
    })
    expect(verdict('high', { errors: 'fails' }).verdict).toBe('hold')
  })

  test('beside its own, one that holds is enough', () => {
    const own = { signal: 'maintenance', passing: true }
    expect(verdict('high', { errors: 'holds', fix: 'fails', maintenance: 'holds' }, own)).toMatchObject({
      verdict: 'hold',
      but: 'does not count while maintenance passing: maintenance was looked at',
    })
    expect(verdict('high', { errors: 'holds', fix: 'holds' }, own).verdict).toBe('hold')
  })
})
