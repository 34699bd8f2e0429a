import { expect, test } from 'vitest'

import { EXIT, EXIT_MEANING } from '../../src/core/exit.ts'
import { EffectFailure, Problem, sentenceOf } from '../../src/core/problem.ts'

test('a problem without an exit code of its own is an unexpected error', () => {
  expect(new Problem({ code: 'x', message: 'it broke' }).exit).toBe(EXIT.unexpected)
})

test('the cause is kept, and is not there when there is none', () => {
  const cause = new Error('ECONNREFUSED')
  expect(new Problem({ code: 'x', message: 'it broke', cause }).cause).toBe(cause)
  expect('cause' in new Problem({ code: 'x', message: 'it broke' })).toBe(false)
})

test('a failed effect is a problem that says whether it may have happened', () => {
  const failure = new EffectFailure({ code: 'x', message: 'lost', applied: 'unknown', retryable: true })
  expect(failure).toBeInstanceOf(Problem)
  expect(failure).toMatchObject({ name: 'EffectFailure', applied: 'unknown', retryable: true })
})

test.each([
  [new Problem({ code: 'x', message: 'it broke', found: '503' }), 'it broke: 503'],
  [new Problem({ code: 'x', message: 'it broke' }), 'it broke'],
  [new TypeError('no'), 'no'],
  ['a string', 'a string'],
  [undefined, 'undefined'],
])('%s is told in one sentence', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence)
})

test('every exit code has one meaning, and is used once', () => {
  const codes = Object.values(EXIT)
  expect(new Set(codes).size).toBe(codes.length)
  expect(Object.keys(EXIT_MEANING).toSorted()).toEqual(codes.map(String).toSorted())
})
