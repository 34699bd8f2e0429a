import { expect, test } from 'vitest'

import { chartedOf } from '../../../src/core/conditions/charted.ts'
import type { Known } from '../../../src/core/conditions/known.ts'
import type { Measurement } from '../../../src/core/source.ts'

const MINUTE = 60_000
const NOW = 100 * MINUTE
const CONDITION = { signal: 'errors', above: 10, for: 5 * MINUTE }

function known(measurement: Measurement): Known {
  return {
    signal: {},
    taken: [{ at: NOW, measurement }],
    judging: { unit: undefined, now: NOW, every: MINUTE, speaks: 'of-breach' },
  }
}

const line = (...values: number[]) =>
  values.map((value, index) => ({ at: NOW - (values.length - 1 - index) * MINUTE, value }))

test('of several series the worst is drawn, and it is said which that is', () => {
  const series = [
    { labels: { region: 'eu' }, samples: line(1, 2, 3) },
    { labels: { region: 'us' }, samples: line(4, 12, 14) },
  ]
  const charted = chartedOf(
    'high',
    CONDITION,
    'errors',
    known({ kind: 'series', judged: 'any', series, from: NOW - 10 * MINUTE }),
  )
  expect(charted?.points.map(({ value, holds }) => [value, holds])).toEqual([
    [4, false],
    [12, true],
    [14, true],
  ])
  expect(charted?.condition).toBe('errors above 10 of {region="us"}, the worst of 2 series')
})

test('one number is no chart, nor is one without a limit', () => {
  const samples = (...values: number[]): Known => known({ kind: 'samples', samples: line(...values) })
  expect(chartedOf('high', CONDITION, 'errors', samples(4))).toBeUndefined()
  expect(chartedOf('high', { signal: 'errors', passing: true }, 'errors', samples(4, 5))).toBeUndefined()
  expect(chartedOf('high', CONDITION, 'errors', samples(4, 5))?.points).toHaveLength(2)
})
