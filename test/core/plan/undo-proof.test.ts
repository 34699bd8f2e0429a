import { describe, expect, test } from 'vitest'

import type { Condition, Procedure } from '../../../src/core/model.ts'
import { provableFor, undoProof } from '../../../src/core/plan/undo-proof.ts'
import { planOf } from '../plan-of.ts'

const VERSION: Condition = { signal: 'live', same_commit: '${target.sha}' }
const HEALTH: Condition = { signal: 'health', passing: true }

function procedure(own: Partial<Procedure>): Procedure {
  return { name: 'retag', onFailure: 'stop', limits: {}, steps: [], ...own }
}

test('the version must be back; its health is told, and holds nothing up', () => {
  const verify = { within: 1000, must: [VERSION, HEALTH], should: [] }
  expect(undoProof(procedure({ verify }))).toEqual({
    within: 1000,
    must: [VERSION],
    should: [{ ...HEALTH, within: 0 }],
  })
})

test('what should hold still should', () => {
  const latency: Condition = { signal: 'p99', below: '500ms' }
  const verify = { within: 1000, must: [VERSION], should: [latency] }
  expect(undoProof(procedure({ verify }))?.should).toEqual([{ ...latency, within: 0 }])
})

test('conditions of single steps count too, with the longest time of all', () => {
  const verify = { within: 1000, must: [HEALTH], should: [] }
  const step = {
    id: 'image',
    uses: 'test.set',
    with: {},
    verify: { within: 9000, must: [VERSION], should: [] },
  }
  expect(undoProof(procedure({ verify, steps: [step] }))).toEqual({
    within: 9000,
    must: [VERSION],
    should: [{ ...HEALTH, within: 0 }],
  })
})

test('words of its own go first', () => {
  const own = { within: 5, must: [HEALTH], should: [] }
  const verify = { within: 1000, must: [VERSION], should: [] }
  expect(undoProof(procedure({ verify, undo: { verify: own } }))).toBe(own)
})

test('a procedure that proves nothing has no proof to borrow', () => {
  expect(undoProof(procedure({}))).toBeUndefined()
})

describe('a name that nothing is known for', () => {
  const TAG: Condition = { signal: 'live', equals: '${target.tag}' }
  const verify = { within: 1000, must: [VERSION, TAG, HEALTH], should: [TAG] }

  test('of a version that nobody knows nothing is asked: the surfaces prove it alone', () => {
    const { verify: provable, unasked } = provableFor(planOf([], { target: { given: '' } }), verify)
    expect(provable).toEqual({ within: 1000, must: [HEALTH], should: [] })
    expect(unasked.map(({ condition }) => condition)).toEqual([VERSION, TAG, TAG])
  })

  test('of a commit without a tag the rest is asked, and what is not is told with the reason', () => {
    expect(provableFor(planOf([]), verify)).toEqual({
      verify: { within: 1000, must: [VERSION, HEALTH], should: [] },
      unasked: [
        { condition: TAG, why: 'nothing is known for ${target.tag}' },
        { condition: TAG, why: 'nothing is known for ${target.tag}' },
      ],
    })
  })

  test('a signal that is measured for it cannot be asked either', () => {
    const signals = { health: { source: 'http', with: { url: 'https://${target.tag}.example.com' } } }
    expect(provableFor(planOf([], { signals }), verify).verify?.must).toEqual([VERSION])
  })
})
