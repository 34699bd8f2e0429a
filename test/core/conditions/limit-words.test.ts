import { expect, test } from 'vitest'

import { explainLimit } from '../../../src/core/conditions/limit-words.ts'

const FIVE_TIMES = { times: 5, of: 'baseline' } as const
const YESTERDAY = { unit: 'ratio', baseline: { offset: 86_400_000, floor: '0.1%' } } as const

test.each([
  ['10%', { unit: 'ratio' } as const, undefined, 0.1, '10%'],
  [FIVE_TIMES, YESTERDAY, 0.004, 0.02, '5 × 0.4% (measured 24h 00m before) = 2%'],
  [FIVE_TIMES, YESTERDAY, 0, 0.005, '5 × 0.1% (the floor; measured 24h 00m before: 0%) = 0.5%'],
  [
    FIVE_TIMES,
    { unit: 'ms', baseline: { value: '50ms' } } as const,
    50,
    250,
    '5 × 50 ms (as written) = 250 ms',
  ],
  [FIVE_TIMES, YESTERDAY, undefined, undefined, '5 × baseline: its baseline is not known'],
])('%j comes to what it comes to, and says how', (limit, signal, baseline, value, words) => {
  const explained = explainLimit(limit, signal, baseline)
  expect([explained.value, explained.words]).toEqual([value, words])
})
