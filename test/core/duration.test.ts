import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { formatDuration, parseDuration, writtenDuration } from '../../src/core/duration.ts'

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1m30s500ms', 90_500],
])('%s is %i ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds)
})

test.each(['', '5', 'm', '5 m', '5min', '-5m', '5M', '1.m', '.5m', '1h 30m', '5m\n', '1e3s', '٥m'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [999.7, '1 s'],
  [1000, '1 s'],
  [4210, '4.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1m 00s'],
  [185_000, '3m 05s'],
  [3_599_600, '1h 00m'],
  [4_200_000, '1h 10m'],
])('%i ms is shown as %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text)
})

test('what is shown never grows a second sixty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (milliseconds) => {
      expect(formatDuration(milliseconds)).not.toMatch(/\b(60|1000)(\.0)?( |m|s)/)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  [0, '0s'],
  [10, '1s'],
  [310_000, '5m10s'],
  [300_000, '5m'],
  [3_661_000, '1h1m1s'],
])('%i ms is written %s, as it is read', (milliseconds, text) => {
  expect(writtenDuration(milliseconds)).toBe(text)
  expect(parseDuration(text)).toBeGreaterThanOrEqual(milliseconds)
})
