import { expect, test } from 'vitest'

import { inRunOrder } from '../../../src/core/plan/run-order.ts'

const order = (...steps: Parameters<typeof inRunOrder>[0]) => inRunOrder(steps).map(({ id }) => id)

test('what is needed comes first, wherever it is listed', () => {
  expect(order({ id: 'a', needs: ['c'] }, { id: 'b', needs: [] }, { id: 'c', needs: [] })).toEqual([
    'c',
    'a',
    'b',
  ])
})

test('without needs it is the order of the list', () => {
  expect(order({ id: 'a' }, { id: 'b' }, { id: 'c' })).toEqual(['a', 'b', 'c'])
})

test('a circle ends, and loses nothing', () => {
  expect(order({ id: 'a', needs: ['b'] }, { id: 'b', needs: ['a'] })).toHaveLength(2)
})
