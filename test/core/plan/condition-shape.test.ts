import { expect, test } from 'vitest'

import { statement } from '../../../src/core/plan/condition-shape.ts'

const CONDITION = { signal: 'errors', above: '1%' }

test.each([
  [{ all: [CONDITION], burnRate: null }, '.burnRate'],
  [{ all: [CONDITION], burnRate: { signal: 'errors', above: 14.4 } }, '.burnRate.objective'],
  [{ all: [{ signal: 'errors', above: null }] }, '.all[0].above'],
  [{ any: [{ not: null }] }, '.any[0].not'],
])('a plan that was edited and sealed anew says where it is no condition: %j', (edited, place) => {
  expect(statement(edited)).toContain(place)
})

test('what the tool itself writes is one', () => {
  const burnRate = { signal: 'errors', objective: '99.9%', above: 14.4 }
  expect(statement({ all: [CONDITION, { any: [CONDITION, { not: CONDITION }] }], burnRate })).toBeUndefined()
})
