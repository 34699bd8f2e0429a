import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { directNeeds, type Ordered, waitingFor, waitingForAllAbove } from '../../../src/core/plan/needs.ts'

test('a step without `needs` waits for all steps above it, and for none below', () => {
  expect(closure([{ id: 'a' }, { id: 'b' }, { id: 'c' }])).toEqual({ a: [], b: ['a'], c: ['a', 'b'] })
})

test('a step with `needs` waits for those only; an empty list waits for nothing', () => {
  const direct = directNeeds([{ id: 'a' }, { id: 'b', needs: [] }, { id: 'c', needs: ['b'] }])
  expect(Object.fromEntries(direct)).toEqual({ a: [], b: [], c: ['b'] })
})

test('steps that were left out are not waited for', () => {
  expect(directNeeds([{ id: 'c', needs: ['gone'] }]).get('c')).toEqual([])
})

test('naming only the ends leaves out nobody that would be waited for if all were named', () => {
  fc.assert(
    fc.property(someSteps(), (steps) => {
      const inFull = steps.map(({ id, needs }, index) => ({
        id,
        needs: needs ?? steps.slice(0, index).map((above) => above.id),
      }))
      expect(closure(steps)).toEqual(closure(inFull))
    }),
  )
})

test('the names of ten thousand steps without `needs` are no more than ten thousand', () => {
  const wide = Array.from({ length: 5000 }, (_, index) => ({ id: `w${index}`, needs: [] }))
  const chain = Array.from({ length: 5000 }, (_, index) => ({ id: `c${index}` }))
  const direct = directNeeds([...wide, ...chain])
  expect([...direct.values()].reduce((sum, needs) => sum + needs.length, 0)).toBeLessThan(10_000)
})

test('who waits for a step is found at any distance', () => {
  const steps = [{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c', needs: ['b'] }, { id: 'd', needs: [] }]
  expect([...waitingFor(steps, ({ id }) => id === 'a')].sort()).toEqual(['b', 'c'])
})

test('steps that need each other do not hang it', () => {
  const steps = [
    { id: 'a', needs: ['b'] },
    { id: 'b', needs: ['a'] },
    { id: 'c', needs: ['c'] },
  ]
  expect([...waitingFor(steps, ({ id }) => id === 'a')].sort()).toEqual(['a', 'b'])
})

test('a step that waits for all above it is told from one that does not, however its needs are written', () => {
  const steps = [
    { id: 'a', needs: [] },
    { id: 'b', needs: [] },
    { id: 'c', needs: ['a', 'b'] },
    { id: 'd', needs: ['a', 'b', 'c'] },
    { id: 'e', needs: ['a', 'b'] },
  ]
  expect([...waitingForAllAbove(steps)]).toEqual(['a', 'c', 'd'])
})

/** Everything that each step waits for, at any distance. */
function closure(steps: readonly Ordered[]): Record<string, string[]> {
  const direct = directNeeds(steps)
  const all = (id: string): string[] => (direct.get(id) ?? []).flatMap((need) => [need, ...all(need)])
  return Object.fromEntries(steps.map(({ id }) => [id, [...new Set(all(id))].sort()]))
}

/** Without cycles: needs lead upwards. */
function someSteps(): fc.Arbitrary<Ordered[]> {
  return fc.array(fc.option(fc.array(fc.nat(9), { maxLength: 3 })), { maxLength: 9 }).map((all) =>
    all.map((needs, index) => ({
      id: `s${index}`,
      needs: needs?.flatMap((need) => (need < index ? [`s${need}`] : [])),
    })),
  )
}
