import { expect, test } from 'vitest'

import { retryAfter } from '../../src/io/retry-after.ts'

const NOW = Date.UTC(2026, 10, 22, 3, 0, 0)

test.each([
  ['seconds', '7', 7000],
  ['at once', '0', 0],
  ['a date', 'Sun, 22 Nov 2026 03:00:30 GMT', 30_000],
  ['a date that is over', 'Sun, 22 Nov 2026 02:00:00 GMT', 0],
  ['nonsense', 'soon', undefined],
  ['nothing', ' ', undefined],
])('%s', (_what, text, milliseconds) => {
  expect(retryAfter({ headers: { 'retry-after': text } }, NOW)).toBe(milliseconds)
})

test('no wish at all', () => {
  expect(retryAfter({ headers: {} }, NOW)).toBeUndefined()
})
