import { expect, test } from 'vitest'

import { ask } from '../../../src/platforms/person/ask.ts'

const NO_ANSWER = { why: expect.stringMatching(/is not an answer/) }

test.each([
  ['yes', {}, undefined, true],
  ['N', {}, undefined, false],
  ['maybe', {}, undefined, NO_ANSWER],
  ['', {}, undefined, NO_ANSWER],
  ['3', { type: 'number' }, 'count', 3],
  ['5s', { type: 'number' }, 'ms', 5000],
  ['three', { type: 'number' }, 'count', NO_ANSWER],
  ['12', { type: 'percent' }, 'percent', 12],
  ['12%', { type: 'percent' }, 'ratio', 0.12],
  ['12%', { type: 'percent' }, undefined, 12],
  ['12 apples', { type: 'percent' }, 'percent', NO_ANSWER],
  ['30m', { type: 'duration' }, 's', 1800],
  ['1h30m', { type: 'duration' }, 'ms', 5_400_000],
  ['30', { type: 'duration' }, 's', NO_ANSWER],
  ['12%', { type: 'duration' }, 's', NO_ANSWER],
  [' Login ', { type: 'choice', choices: ['login', 'payment'] }, undefined, 'login'],
  ['log', { type: 'choice', choices: ['login', 'payment'] }, undefined, NO_ANSWER],
] as const)('the answer %j to %j in the unit %s is %j', (answer, options, unit, value) => {
  const parsed = ask.options.parse({ question: 'How is it?', ...options })
  expect(ask.person?.value(parsed, answer, unit)).toEqual(value)
})

test('choices belong to a choice', () => {
  expect(ask.options.safeParse({ question: 'Which?', type: 'choice' }).success).toBe(false)
  expect(ask.options.safeParse({ question: 'Which?', choices: ['a', 'b'] }).success).toBe(false)
})
