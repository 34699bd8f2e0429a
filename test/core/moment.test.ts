import { expect, test } from 'vitest'

import type { SampleValue } from '../../src/core/source.ts'
import { momentOf } from '../../src/core/moment.ts'

const THEN = '2026-11-26T02:38:00.000Z'
const NOW = Date.parse('2026-11-26T03:00:00Z')

test.each<[SampleValue, string]>([
  ['2026-11-26T02:38:00Z', THEN],
  ['2026-11-26T02:38Z', THEN],
  ['2026-11-26 02:38:00.000+00:00', THEN],
  ['2026-11-26T03:38:00+0100', THEN],
  [Date.parse(THEN) / 1000, THEN],
  [String(Date.parse(THEN) / 1000), THEN],
  // Clocks differ a little.
  ['2026-11-26T03:01:00Z', '2026-11-26T03:01:00.000Z'],
])('%j is a moment', (value, iso) => {
  expect(momentOf(value, NOW)).toBe(Date.parse(iso))
})

test.each<[SampleValue, string]>([
  ['2026-11-26T02:38:00', 'is no time'],
  ['2026-11-26', 'is no time'],
  ['2026-13-45T99:99:00Z', 'is no time'],
  ['yesterday', 'is no time'],
  ['', 'is no time'],
  [null, 'is no time'],
  [true, 'is no time'],
  [Number.NaN, 'is no time'],
  // The age of a process, milliseconds since 1970.
  [86_400, '86400 is no time'],
  [NOW, 'is no time'],
  ['2026-11-26T03:01:01Z', '2026-11-26T03:01:01.000Z lies ahead'],
])('%j is none', (value, words) => {
  expect(momentOf(value, NOW)).toEqual({ unknown: expect.stringContaining(words) })
})
