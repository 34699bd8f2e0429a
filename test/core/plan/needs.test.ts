import { expect, test } from 'vitest'

import { allNeeds, directNeeds } from '../../../src/core/plan/needs.ts'

test('a step without `needs` waits for all steps above it, and for none below', () => {
  const direct = directNeeds([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  expect(Object.fromEntries(direct)).toEqual({ a: [], b: ['a'], c: ['a', 'b'] })
})

test('a step with `needs` waits for those only; an empty list waits for nothing', () => {
  const direct = directNeeds([{ id: 'a' }, { id: 'b', needs: [] }, { id: 'c', needs: ['b'] }])
  expect(Object.fromEntries(direct)).toEqual({ a: [], b: [], c: ['b'] })
})

test('steps that were left out are not waited for', () => {
  expect(directNeeds([{ id: 'c', needs: ['gone'] }]).get('c')).toEqual([])
})

test('needs are followed at any distance', () => {
  const all = allNeeds([{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c', needs: ['b'] }])
  expect([...(all.get('c') ?? [])].sort()).toEqual(['a', 'b'])
})

test('steps that need each other do not hang it', () => {
  const all = allNeeds([
    { id: 'a', needs: ['b'] },
    { id: 'b', needs: ['a'] },
    { id: 'c', needs: ['c'] },
  ])
  expect([...(all.get('a') ?? [])]).toContain('b')
  expect([...(all.get('c') ?? [])]).toEqual(['c'])
})
