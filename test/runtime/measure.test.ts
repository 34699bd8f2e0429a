import { expect, test } from 'vitest'

import type { Measurement } from '../../src/core/source.ts'
import type { SignalDef } from '../../src/core/model.ts'
import { planOf } from '../core/plan-of.ts'
import { readingWithin } from '../../src/runtime/in-time.ts'
import { describeMeasurement, measure, textOf } from '../../src/runtime/measure.ts'
import { openDoors } from '../../src/io/doors.ts'
import { fakeWorld, problem } from './fake-world.ts'

const { read } = openDoors()
const secrets = { value: async () => 'hunter2' }
const SIGNAL = { source: 'fake', with: { name: 'live' } }

function sample(value: string | number | boolean | null, failing?: string): Measurement {
  return { kind: 'samples', samples: [{ at: 0, value, ...(failing === undefined ? {} : { failing }) }] }
}

test('what goes wrong on the way is a measurement: unreachable, with the reason', async () => {
  fakeWorld({
    measure: () => {
      throw problem('refused', 'connection refused')
    },
  })
  expect(await measure(planOf([]), secrets, SIGNAL, read)).toEqual({
    kind: 'unreachable',
    why: 'connection refused',
  })
})

test('a source that nobody has is unreachable too, and never a value', async () => {
  expect(await measure(planOf([]), secrets, { source: 'nothing', with: {} }, read)).toMatchObject({
    kind: 'unreachable',
  })
})

test('a defect is not taken for a measurement', async () => {
  fakeWorld({
    measure: () => {
      throw new TypeError('boom')
    },
  })
  await expect(measure(planOf([]), secrets, SIGNAL, read)).rejects.toThrow('boom')
})

test('nobody waits for an answer that does not come', async () => {
  fakeWorld({ measure: () => new Promise(() => {}) })
  const measuring = readingWithin(20, read, (door) => measure(planOf([]), secrets, SIGNAL, door), 'late')
  expect(await measuring).toBe('late')
})

test('what comes too late, and broken, harms nobody', async () => {
  const { promise, reject } = Promise.withResolvers<Measurement>()
  fakeWorld({ measure: () => promise })
  const measuring = readingWithin(20, read, (door) => measure(planOf([]), secrets, SIGNAL, door), 'late')
  expect(await measuring).toBe('late')
  reject(new Error('late'))
  await new Promise(setImmediate)
})

test.each<[Measurement, string, string | undefined]>([
  [sample('abc1234'), 'abc1234', 'abc1234'],
  [sample(7), '7', '7'],
  [sample(null), 'null', undefined],
  [sample('abc1234', '503'), 'failing: 503', undefined],
  [{ kind: 'samples', samples: [] }, 'no data', undefined],
  [{ kind: 'no-data', why: 'empty' }, 'no data: empty', undefined],
  [{ kind: 'unreachable', why: 'refused' }, 'unknown: refused', undefined],
])('%j is told as "%s"', (measurement, words, text) => {
  expect(describeMeasurement(measurement)).toBe(words)
  expect(textOf(measurement)).toBe(text)
})

test.each<[unit: SignalDef['unit'], Measurement, string]>([
  ['ratio', sample(0.12), '12%'],
  ['s', sample(0.48), '0.48 s'],
  ['count', sample(123_456), '123456'],
  [undefined, sample(1_795_722_671.125), '1795722671.125'],
  ['ratio', regions([0.01], [0.4], []), '3 series, 1% to 40%'],
  ['ratio', regions([0.4], [0.4]), '2 series, 40%'],
  ['ratio', regions([]), '1 series without data'],
])('in the unit %s: %j is told as "%s"', (unit, measurement, words) => {
  expect(describeMeasurement(measurement, unit)).toBe(words)
})

function regions(...all: number[][]): Measurement {
  const series = all.map((values, index) => ({
    labels: { region: String(index) },
    samples: values.map((value) => ({ at: 0, value })),
  }))
  return { kind: 'series', judged: 'any', series }
}
