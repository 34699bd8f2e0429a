import { beforeEach, describe, expect, test } from 'vitest'

import type { Measurement, Period } from '../../src/core/source.ts'
import { baselineOf } from '../../src/runtime/baseline.ts'
import { fakeWorld } from './fake-world.ts'

beforeEach(() => void fakeWorld({}))

const NOW = 1_000_000_000
const numbers = (...values: (number | string)[]): Measurement => ({
  kind: 'samples',
  samples: values.map((value, index) => ({ at: index, value })),
})

async function usual(
  baseline: object,
  answer: Measurement,
  deployed: { at: number } | { unknown: string } = { at: NOW - 60_000 },
) {
  const asked: Period[] = []
  const found = await baselineOf(
    { source: 'past', with: {}, every: 15_000, unit: 'ratio', baseline },
    {
      asOf: NOW - 5000,
      now: () => NOW,
      ask: async (period) => {
        asked.push(period)
        return answer
      },
      deployed: async () => deployed,
    },
  )
  return { asked, found }
}

test('what is written is not measured', async () => {
  expect(await usual({ value: '5%' }, numbers(1))).toEqual({ asked: [], found: 0.05 })
})

test('what it was so long before', async () => {
  expect(await usual({ offset: 100_000 }, numbers(1, 2))).toEqual({ asked: [{ offset: 105_000 }], found: 2 })
})

describe('before the deployment', () => {
  const before = { before_deployment: 1_800_000 }

  test('is the median of that time: one spike is not what is usual', async () => {
    expect(await usual(before, numbers(3, 1, 900, 2, 'none'))).toEqual({
      asked: [{ offset: 60_000, history: 1_800_000, every: 15_000 }],
      found: 2.5,
    })
  })

  test('is that of each series', async () => {
    const series = ['eu', 'us'].map((region, index) => ({
      labels: { region },
      samples: [1, 2, 3].map((value) => ({ at: value, value: value + 10 * index })),
    }))
    const { found } = await usual(before, { kind: 'series', judged: 'any', series })
    expect(found instanceof Map ? [...found.values()] : found).toEqual([2, 12])
  })

  test.each<[string, Measurement, { at: number } | { unknown: string }, string]>([
    ['nobody knows when that was', numbers(1), { unknown: 'nothing says when' }, 'nothing says when'],
    [
      'there was nothing',
      { kind: 'no-data', why: 'empty' },
      { at: NOW - 60_000 },
      'there was no data: empty',
    ],
    ['it was without bounds', numbers(Infinity), { at: NOW - 60_000 }, 'there was no number'],
    ['it was no number', numbers('up'), { at: NOW - 60_000 }, 'there was no number'],
  ])('is not known where %s', async (_what, answer, deployed, unknown) => {
    expect((await usual(before, answer, deployed)).found).toEqual({ unknown })
  })
})
