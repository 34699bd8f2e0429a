import { expect, test } from 'vitest'

import { callStep, planOf, setStep } from '../plan-of.ts'
import { play } from './simulator.ts'

const STEPS = [setStep('image'), callStep('redeploy', {}, { needs: ['image'] })]

test('past its deadline a run in CI begins nothing new, and says what stands', () => {
  const plan = planOf(STEPS, { deadline: 5000 })
  const { tries, state } = play(plan, { ci: true, effects: { image: { takes: 8000 } } })
  expect(tries).toEqual(['image'])
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22, why: 'the deadline has passed' })
  expect(state.ended?.stands).toEqual(['image: new (was old)'])
})

test('with a person at hand it goes on, and the deadline is on record', () => {
  const plan = planOf(STEPS, { deadline: 5000 })
  const { tries, state } = play(plan, { ci: false, effects: { image: { takes: 8000 } } })
  expect(tries).toEqual(['image', 'redeploy'])
  expect(state.ended?.result).toBe('proven')
  expect(state.deadlinePassed).toBe(true)
})

test('a run in CI that has done everything is still proven after its deadline', () => {
  const plan = planOf([setStep('image')], { deadline: 5000 })
  const { state } = play(plan, { ci: true, effects: { image: { takes: 8000 } } })
  expect(state.ended).toMatchObject({ result: 'proven', exit: 0 })
})

test('a deadline that passes before anything was changed ends with nothing standing', () => {
  const plan = planOf(STEPS, { deadline: 5000 })
  const { state } = play(plan, { ci: true, effects: { image: { takes: 6000, tries: ['retryable'] } } })
  expect(state.ended).toMatchObject({ result: 'failed', exit: 20, stands: [] })
})

test('the deadline is written down once', () => {
  const plan = planOf(STEPS, { deadline: 1 })
  const { lines } = play(plan)
  expect(lines.filter(({ event }) => event.type === 'deadline-passed')).toHaveLength(1)
})
