import { expect, test } from 'vitest'

import {
  backup,
  callStep,
  callUse,
  change,
  fence,
  gateUse,
  planOf,
  setStep,
  setUse,
  step,
} from '../plan-of.ts'
import { play } from './simulator.ts'

test('nothing new begins after a failure; what is under way is followed to its end', () => {
  const plan = planOf([
    setStep('slow'),
    setStep('bad'),
    callStep('after-bad', {}, { needs: ['bad'] }),
    callStep('after-slow', {}, { needs: ['slow'] }),
  ])
  const { tries, state } = play(plan, {
    effects: { slow: { takes: 5000, moving: 3 }, bad: { tries: ['refused'] } },
  })
  expect(tries).toEqual(['slow', 'bad'])
  expect(state.steps['slow']?.status).toBe('done')
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22, stands: ['slow: new (was old)'] })
})

test('a surface that fails does not lose the answers of its neighbours', () => {
  const plan = planOf([step('images', setUse(change('a'), change('b')))])
  const { state } = play(plan, { effects: { a: { takes: 5000 }, b: { tries: ['refused'] } } })
  expect(state.ended?.stands).toEqual(['a: new (was old)'])
})

test('neither does another step that fails while only a part has begun', () => {
  const names = Array.from({ length: 10 }, (_, index) => `tag-${index}`)
  const plan = planOf([step('images', setUse(...names.map((name) => change(name)))), setStep('bad')])
  const slow = Object.fromEntries(names.map((name) => [name, { takes: 5000 }]))
  const { state, tries } = play(plan, { effects: { ...slow, bad: { tries: ['refused'] } } })
  expect(tries).toHaveLength(9)
  expect(state.ended?.stands).toEqual(names.slice(0, 8).map((name) => `${name}: new (was old)`))
})

test('another try is not made once a step has failed elsewhere', () => {
  const plan = planOf([setStep('image'), setStep('bad')])
  const { tries } = play(plan, {
    effects: { image: { tries: ['retryable'] }, bad: { tries: ['refused'], takes: 20 } },
  })
  expect(tries).toEqual(['image', 'bad'])
})

// ---------------------------------------------------------------- option B

test('option B runs when the first was refused', () => {
  const plan = planOf([setStep('image', { fallback: callUse('image~fallback') })])
  const { tries, state } = play(plan, { effects: { image: { tries: ['refused'] } } })
  expect(tries).toEqual(['image', 'image~fallback'])
  expect(state.ended).toMatchObject({ result: 'proven', stands: ['image: test.call was called'] })
})

test.each([
  ['one surface of the first stands', { a: { tries: ['ok' as const] }, b: { tries: ['refused' as const] } }],
  [
    'nobody knows whether the first happened',
    { a: { tries: ['lost-applied' as const], blind: Infinity }, b: {} },
  ],
])('option B does not run when %s', (_, effects) => {
  const use = setUse(change('a'), change('b'))
  const plan = planOf([step('image', use, { fallback: callUse('image~fallback'), timeout: 30_000 })])
  expect(play(plan, { effects }).tries).not.toContain('image~fallback')
})

test('a backup that stays does not stand in the way of option B', () => {
  const use = setUse(backup('backup'), change('image'))
  const plan = planOf([step('image', use, { fallback: callUse('image~fallback') })])
  const { tries } = play(plan, { effects: { image: { tries: ['refused'] } } })
  expect(tries).toEqual(['backup', 'image', 'image~fallback'])
})

test('a fence that was put up does: option B would forget to tell of it', () => {
  const use = setUse(fence('auto-deploy'), change('image'))
  const plan = planOf([step('image', use, { fallback: callUse('image~fallback') })])
  const { state } = play(plan, { effects: { image: { tries: ['refused'] } } })
  expect(state.ended).toMatchObject({ result: 'stands', stands: ['auto-deploy: new (was old)'] })
})

test('option B is not begun after a failure elsewhere', () => {
  const plan = planOf([setStep('image', { fallback: callUse('image~fallback') }), setStep('bad')])
  const { tries } = play(plan, {
    effects: { image: { tries: ['refused'], takes: 50 }, bad: { tries: ['refused'] } },
  })
  expect(tries).toEqual(['image', 'bad'])
})

// ---------------------------------------------------------------- gates

test('a gate that is declined before anything was changed ends with 26', () => {
  const plan = planOf([step('sure', gateUse()), setStep('image', { needs: ['sure'] })])
  const { state, tries } = play(plan, { answers: { sure: false } })
  expect(tries).toEqual([])
  expect(state.ended).toMatchObject({ result: 'declined', exit: 26, stands: [] })
})

test('a gate that is declined when changes stand ends with 22', () => {
  const plan = planOf([setStep('image'), step('sure', gateUse(), { needs: ['image'] })])
  const { state } = play(plan, { answers: { sure: false } })
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22, stands: ['image: new (was old)'] })
})

test('nobody is asked once a step has failed', () => {
  const plan = planOf([setStep('bad'), step('sure', gateUse())])
  const { state } = play(plan, { effects: { bad: { tries: ['refused'] } }, answerAfter: 60_000 })
  expect(state.steps['sure']?.why).toContain('not asked')
  expect(state.ended?.exit).toBe(20)
})

test('an answer is waited for as long as it takes', () => {
  const plan = planOf([step('sure', gateUse(), { timeout: 1000 }), setStep('image', { needs: ['sure'] })])
  expect(play(plan, { answerAfter: 3_600_000 }).state.ended?.result).toBe('proven')
})
