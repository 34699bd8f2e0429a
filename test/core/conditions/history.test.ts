import { describe, expect, test } from 'vitest'

import { historyOf } from '../../../src/core/conditions/history.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import type { SampleValue } from '../../../src/core/source.ts'

function told(at: number, samples: readonly [at: number, value: SampleValue, failing?: string][]): Taken {
  return {
    at,
    measurement: {
      kind: 'samples',
      samples: samples.map(([at, value, failing]) => ({ at, value, failing })),
    },
  }
}

const at = { every: 10, now: 100, since: undefined }

describe('what was measured of a signal', () => {
  test('its numbers, and a moment that is told again counts once, as it was told last', () => {
    const first = told(90, [
      [70, 1],
      [80, 2],
      [90, 9],
    ])
    const again = told(100, [
      [90, 3],
      [100, 6],
    ])
    const { count, first: begin, last, numbers, gaps } = historyOf([first, again], at)
    expect({ count, begin, last, gaps }).toEqual({ count: 4, begin: 70, last: 100, gaps: [] })
    expect(numbers).toEqual({ min: 1, median: 2.5, max: 6, last: 6 })
  })

  test('several series: a moment of each counts, and how many they are', () => {
    const series = ['eu', 'us'].map((region, index) => ({
      labels: { region },
      samples: [90, 100].map((moment) => ({ at: moment, value: moment + index })),
    }))
    const {
      count,
      series: found,
      numbers,
      silent,
    } = historyOf([{ at: 100, measurement: { kind: 'series', judged: 'any', series } }], at)
    expect({ count, found, silent }).toEqual({ count: 4, found: 2, silent: [] })
    expect(numbers).toMatchObject({ min: 90, max: 101 })
  })

  test('gaps: inside, before the first sample where more was asked for, and up to now', () => {
    const taken = [
      told(65, [
        [30, 1],
        [65, 1],
      ]),
    ]
    expect(historyOf(taken, { ...at, since: -40 }).gaps).toEqual([
      { from: -40, to: 30 },
      { from: 30, to: 65 },
      { from: 65, to: 100 },
    ])
    expect(historyOf(taken, { ...at, every: 20 }).gaps).toEqual([])
  })

  test('what failed, and why nothing was measured: each reason once, the last of them last', () => {
    const silent = (at: number, why: string): Taken => ({ at, measurement: { kind: 'unreachable', why } })
    const history = historyOf(
      [
        silent(10, 'refused'),
        silent(20, 'timed out'),
        silent(30, 'refused'),
        { at: 40, measurement: { kind: 'no-data', why: 'empty' } },
        told(50, [[50, null, 'HTTP 503']]),
        told(60, [[60, null, 'HTTP 502']]),
      ],
      at,
    )
    expect(history.silent).toEqual([
      { why: 'timed out', times: 1, last: 20 },
      { why: 'refused', times: 2, last: 30 },
      { why: 'no data: empty', times: 1, last: 40 },
    ])
    expect(history).toMatchObject({ failing: { why: 'HTTP 502', times: 2, last: 60 }, numbers: undefined })
  })
})
