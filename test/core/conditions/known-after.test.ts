import { describe, expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import type { Judgement } from '../../../src/core/conditions/judgement.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import { judgeStatement } from '../../../src/core/conditions/statement.ts'
import type { Measurement } from '../../../src/core/source.ts'
import type { Condition } from '../../../src/core/model.ts'

const EVERY = 5000
/** A sample is taken a little later than it is due. */
const LATE = 40

type Said = Omit<Condition, 'signal'>

function judged(said: Said, measured: (at: number) => Measurement, lasting: number): Judgement {
  const taken: Taken[] = []
  for (let at = LATE; at <= lasting; at += EVERY + LATE) taken.push({ at, measurement: measured(at) })
  return judge({ signal: 's', ...said }, taken, {
    unit: 'ratio',
    now: lasting,
    every: EVERY,
    speaks: 'of-breach',
  })
}

const value = (at: number): Measurement => ({ kind: 'samples', samples: [{ at, value: 0.4 }] })
const silence = (): Measurement => ({ kind: 'no-data', why: 'empty' })
const lost = (): Measurement => ({ kind: 'unreachable', why: 'refused' })

const ABOVE = { above: '10%' }
const OVER_TIME: [string, Said, (at: number) => Measurement][] = [
  ['for', { ...ABOVE, for: 300_000 }, value],
  ['in_a_row', { ...ABOVE, in_a_row: 3 }, value],
  ['samples', { ...ABOVE, samples: 3 }, value],
  ['so many of the last', { ...ABOVE, count: { atLeast: 3, of: 10 } }, value],
  ['so many within', { ...ABOVE, count: { atLeast: 1000, within: 60_000 } }, value],
  ['unchanged_for', { unchanged_for: 300_000 }, value],
  ['absent_for', { absent_for: 300_000 }, silence],
  ['change', { change: { over: 60_000, above: '1%' } }, value],
]

describe('what was not measured for long enough', () => {
  test.each(OVER_TIME)('%s: is known once it was sampled for as long as is said', (_, said, measured) => {
    const { verdict, knownAfter } = judged(said, measured, LATE)
    expect(verdict).toBe('unknown')
    const later = judged(said, measured, knownAfter ?? 0)
    expect(later.verdict).not.toBe('unknown')
    expect(later.knownAfter).toBeUndefined()
  })

  test.each(OVER_TIME)('%s: time alone does not tell where nothing answers', (_, said) => {
    const { verdict, knownAfter } = judged(said, lost, LATE)
    expect(verdict).toBe('unknown')
    expect(knownAfter).toBeUndefined()
  })
})

test('of several that are unknown time tells only where it tells of each', () => {
  const [lasting, row] = [
    { signal: 's', ...ABOVE, for: 300_000 },
    { signal: 's', ...ABOVE, in_a_row: 3 },
  ]
  const lostOne = { signal: 'lost', ...ABOVE }
  const judgeOne = ({ signal, ...said }: Condition) => judged(said, signal === 'lost' ? lost : value, LATE)
  expect(judgeStatement({ any: [lasting, row] }, judgeOne).knownAfter).toBe(310_000)
  expect(judgeStatement({ not: lasting }, judgeOne).knownAfter).toBe(310_000)
  expect(judgeStatement({ all: [lasting, lostOne] }, judgeOne).knownAfter).toBeUndefined()
})

test.each<[Said, (at: number) => Measurement, string]>([
  [{ ...ABOVE, for: 3000 }, value, 'is 40%, above 10%, seen once so far; it has to last 3 s'],
  [{ absent_for: 60_000 }, silence, 'no data so far; that has to last 1m 00s'],
])('seen only once, it says no time: %j', (said, measured, words) => {
  expect(judged(said, measured, LATE).words).toBe(words)
})
