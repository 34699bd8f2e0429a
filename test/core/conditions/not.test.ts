import { expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import { judgeStatement } from '../../../src/core/conditions/statement.ts'
import type { Measurement } from '../../../src/core/source.ts'
import type { Condition, Statement } from '../../../src/core/model.ts'

const NOW = 600_000
const value = (value: string | number): Measurement => ({ kind: 'samples', samples: [{ at: NOW, value }] })
const refused: Measurement = {
  kind: 'samples',
  samples: [{ at: NOW, value: null, failing: 'connection refused' }],
}

function judged(statement: Statement, measurement: Measurement) {
  const judgeOne = (condition: Condition) =>
    judge(condition, [{ at: NOW, measurement }], {
      unit: undefined,
      now: NOW,
      every: 1000,
      speaks: 'of-health',
    })
  return judgeStatement(statement, judgeOne).verdict
}

const RUNNING: Condition = { signal: 'migration', equals: 'running' }
const SILENT: Condition = { signal: 'load', above: 0, no_data: 'breach', on_error: 'breach' }

test('the contrary of what was seen', () => {
  expect(judged({ not: RUNNING }, value('idle'))).toBe('holds')
  expect(judged({ not: RUNNING }, value('running'))).toBe('fails')
})

test.each<[string, Condition, Measurement]>([
  ['a probe that failed', RUNNING, refused],
  ['no data', SILENT, { kind: 'no-data', why: 'empty' }],
  ['a measuring system that does not answer', SILENT, { kind: 'unreachable', why: 'refused' }],
])('of %s the contrary is not known either, also within a group', (_, condition, measurement) => {
  expect(judged({ not: condition }, measurement)).toBe('unknown')
  expect(judged({ not: { any: [condition, condition] } }, measurement)).toBe('unknown')
})

test('silence that is to be ignored leaves what was seen before it', () => {
  const condition: Condition = { signal: 'load', above: 5, no_data: 'ignore' }
  const taken = [value(1), { kind: 'no-data', why: 'empty' } as const].map((measurement, index) => ({
    at: NOW + index,
    measurement,
  }))
  const judgeOne = (one: Condition) =>
    judge(one, taken, { unit: undefined, now: NOW + 1, every: 1000, speaks: 'of-health' })
  expect(judgeStatement({ not: condition }, judgeOne).verdict).toBe('holds')
})

test('that a probe fails is the contrary of that it passes', () => {
  expect(judged({ not: { signal: 'health', passing: true } }, refused)).toBe('holds')
})
