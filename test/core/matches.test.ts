import { expect, test } from 'vitest'

import { isValid, matches } from '../../src/core/matches.ts'

test.each<[pattern: string, text: string, match: string]>([
  ['[a-z]+', 'abc', 'yes'],
  ['[a-z]+', 'abc1', 'no'],
  ['a|b', 'b', 'yes'],
  ['a|b', 'bc', 'no'],
  ["it's \\\\", "it's \\", 'yes'],
  ['(a+)+', `${'a'.repeat(60)}!`, 'unusable'],
  ['(x+x+)+y', 'x'.repeat(900), 'unusable'],
  ['((a{0,100}){0,100}){0,100}', `${'a'.repeat(900)}!`, 'unusable'],
])('%s on %s: %s', (pattern, text, match) => {
  const started = performance.now()
  expect(matches(pattern, text)).toBe(match)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a pattern that has taken too long again and again holds nothing up any more', () => {
  const pattern = '(b+)+'
  expect(matches(pattern, 'bb')).toBe('yes')
  for (const end of ['!', '?', '.']) expect(matches(pattern, 'b'.repeat(60) + end)).toBe('unusable')
  // Not even where it could be told.
  expect(matches(pattern, 'bb')).toBe('unusable')
})

test.each(['(', 'a)|(b', '[z-a]', 'a{2,1}', '\\p{Nonsense}', 'a'.repeat(501)])(
  '%s is no pattern',
  (pattern) => {
    expect(isValid(pattern)).toBe(false)
  },
)
