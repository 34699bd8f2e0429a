import { expect, test } from 'vitest'

import { next } from '../../../src/core/run/next.ts'
import { callStep, change, planOf, setStep, setUse, step } from '../plan-of.ts'
import { play } from './simulator.ts'

test('what the platform did not take for the moment is tried again, up to the attempts given', () => {
  const plan = planOf([setStep('image', { retry: { attempts: 3, backoff: 1000 } })])
  const { tries, state } = play(plan, { effects: { image: { tries: ['retryable', 'retryable', 'ok'] } } })
  expect(tries).toHaveLength(3)
  expect(state.ended?.result).toBe('proven')
})

test('the attempts are counted, and nothing stands when none of them was taken', () => {
  const plan = planOf([setStep('image', { retry: { attempts: 3, backoff: 1000 } })])
  const { tries, state } = play(plan, { effects: { image: { tries: ['retryable'] } } })
  expect(tries).toHaveLength(3)
  expect(state.ended).toMatchObject({ result: 'failed', exit: 20, stands: [] })
})

test('what was refused for good is not tried again', () => {
  const { tries } = play(planOf([setStep('image')]), { effects: { image: { tries: ['refused'] } } })
  expect(tries).toEqual(['image'])
})

test('another try waits until it is due', () => {
  const { lines } = play(planOf([setStep('image')]), { effects: { image: { tries: ['retryable', 'ok'] } } })
  const outcome = lines.find(({ event }) => event.type === 'outcome')
  const second = lines.find(({ event }) => event.type === 'intent' && event.attempt === 2)
  expect((second?.at ?? 0) - (outcome?.at ?? 0)).toBe(500)
})

test.each([
  ['that had been applied', 'lost-applied' as const, ['image']],
  ['that had not been applied', 'lost-not-applied' as const, ['image', 'image']],
])('after a lost answer %s, a look decides', (_, outcome, tries) => {
  const played = play(planOf([setStep('image')]), { effects: { image: { tries: [outcome, 'ok'] } } })
  expect(played.tries).toEqual(tries)
  expect(played.taken('image')).toBe(1)
  expect(played.state.ended?.result).toBe('proven')
})

test('a surface that cannot be looked at after a lost answer is never written again', () => {
  const plan = planOf([setStep('image', { timeout: 30_000 })])
  const { tries, state } = play(plan, { effects: { image: { tries: ['lost-applied'], blind: Infinity } } })
  expect(tries).toEqual(['image'])
  expect(state.ended?.stands).toEqual(['image: may be new (was old); its answer was lost'])
})

test('a call that cannot be observed and may do harm is left to a person after a lost answer', () => {
  const plan = planOf([callStep('hook', { repeat: 'ask' })])
  const { tries, state } = play(plan, { effects: { hook: { tries: ['lost-not-applied'] } } })
  expect(tries).toEqual(['hook'])
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22 })
  expect(state.ended?.why).toContain('repeating it may do harm')
  expect(state.ended?.stands).toEqual(['hook: test.call may have been called; its answer was lost'])
})

test('the same is true when the answer was lost with the process', () => {
  const { lines } = play(planOf([callStep('hook', { repeat: 'ask' })]))
  const intent = lines.findIndex(({ event }) => event.type === 'intent') + 1
  const plan = planOf([callStep('hook', { repeat: 'ask' })])
  const { tries } = play(plan, { crashes: [{ afterLine: intent, happened: true, downtime: 1000 }] })
  expect(tries).toEqual(['hook'])
})

test('a harmless call is made again after a lost answer', () => {
  const plan = planOf([callStep('hook', { repeat: 'harmless' })])
  const { tries, state } = play(plan, { effects: { hook: { tries: ['lost-applied', 'ok'] } } })
  expect(tries).toEqual(['hook', 'hook'])
  expect(state.ended?.result).toBe('proven')
})

test.each([
  ['and has happened', 'lost-applied' as const, 1],
  ['and has not happened', 'lost-not-applied' as const, 2],
])('a call that can be observed %s is looked at before anything else', (_, outcome, tries) => {
  const plan = planOf([callStep('migrate', { repeat: 'ask', observable: true })])
  const played = play(plan, { effects: { migrate: { tries: [outcome, 'ok'] } } })
  expect(played.tries).toHaveLength(tries)
  expect(played.taken('migrate')).toBe(1)
  expect(played.state.ended?.result).toBe('proven')
})

test('that a second try is refused does not hide that the first may have happened', () => {
  const plan = planOf([callStep('hook', { repeat: 'harmless' })])
  const { state } = play(plan, { effects: { hook: { tries: ['lost-applied', 'refused'] } } })
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22 })
})

test('nor does it when the first was lost with the process', () => {
  const plan = planOf([callStep('hook', { repeat: 'harmless' })])
  const { state } = play(plan, {
    effects: { hook: { tries: ['ok', 'refused'] } },
    crashes: [{ afterLine: 4, happened: true, downtime: 0 }],
  })
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22 })
})

test('a refused second try is no proof that the first did not land late: it is looked at once more', () => {
  const { lines } = play(planOf([setStep('image')]), {
    effects: { image: { tries: ['lost-not-applied', 'refused'] } },
  })
  const marks = lines.flatMap(({ event }) =>
    ['outcome', 'observed'].includes(event.type) ? [event.type] : [],
  )
  expect(marks).toEqual(['outcome', 'observed', 'outcome', 'observed'])
})

test('with an effect cut off, a look that fails is repeated calmly', () => {
  const plan = planOf([setStep('image')])
  const effect = {
    attempts: 1,
    failures: 0,
    inFlight: true,
    applied: 'no' as const,
    looks: 3,
    observed: { at: 1000, progress: 'unknown' as const, words: 'refused' },
  }
  const state = {
    phase: 'execute' as const,
    phases: {},
    guards: [],
    captured: 0,
    deadlinePassed: false,
    turns: ['image'],
    steps: {
      image: { status: 'running' as const, startedAt: 0, use: 'first' as const, effects: { image: effect } },
    },
  }
  const commands = next(plan, state, { now: 1001, ci: false, underway: new Set() })
  expect(commands).toEqual([{ do: 'wait', until: 3000 }])
})

test('looks at something slow become calm, at most one in two seconds', () => {
  const plan = planOf([setStep('image')])
  const { lines } = play(plan, { effects: { image: { moving: 30 } } })
  const looks = lines.filter(({ event }) => event.type === 'observed').map(({ at }) => at)
  const gaps = looks.slice(1).map((at, index) => at - (looks[index] ?? 0))
  expect(gaps[0]).toBe(500)
  expect(gaps.at(-1)).toBe(2000)
})

test('what does not settle ends the step after its time, and says what was seen last', () => {
  const plan = planOf([setStep('image', { timeout: 20_000 })])
  const { state } = play(plan, { effects: { image: { moving: Infinity } } })
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22 })
  expect(state.ended?.why).toContain('not settled after 20 s; last seen: moving')
})

test('a long verification is not cut off by the time that settling may take', () => {
  const own = step('image', setUse(change('image')), {
    timeout: 5000,
    verify: { within: 60_000, must: [], should: [] },
  })
  const settled = {
    attempts: 1,
    failures: 0,
    inFlight: false,
    applied: 'yes' as const,
    looks: 1,
    observed: { at: 1000, progress: 'reached' as const, words: 'reached' },
  }
  const state = {
    phase: 'execute' as const,
    phases: {},
    guards: [],
    captured: 0,
    deadlinePassed: false,
    turns: ['image'],
    steps: {
      image: { status: 'running' as const, startedAt: 0, use: 'first' as const, effects: { image: settled } },
    },
  }
  const commands = next(planOf([own]), state, { now: 30_000, ci: false, underway: new Set() })
  expect(commands).toEqual([{ do: 'verify-step', step: 'image' }])
})
