import { expect, test } from 'vitest'

import type { Condition } from '../../../src/core/model.ts'
import type { PlannedGuard } from '../../../src/core/plan/types.ts'
import { gateUse, planOf, setStep, step } from '../plan-of.ts'
import { play } from './simulator.ts'

const HEALTHY: Condition = { signal: 'replica', passing: true }

function guard(id: string, own: Partial<PlannedGuard> = {}): PlannedGuard {
  return { id, holds: HEALTHY, verdict: 'holds', words: 'passing', ...own }
}

const SIGNALS = { replica: { source: 'http', with: {} } }

function guarded(...guards: PlannedGuard[]) {
  return planOf([setStep('image'), setStep('config')], { guards, signals: SIGNALS })
}

test('a guard is asked once, before the first step begins', () => {
  const { lines, state } = play(guarded(guard('replica')), { guards: [['holds']] })
  const types = lines.map(({ event }) => event.type)
  expect(types.indexOf('guard-judged')).toBeLessThan(types.indexOf('step-started'))
  expect(types.filter((type) => type === 'guard-judged')).toHaveLength(1)
  expect(state.ended?.result).toBe('proven')
})

test.each(['fails', 'unknown'] as const)(
  'one that says "%s" refuses the run before any change',
  (verdict) => {
    const plan = guarded(guard('free'), guard('replica', { words: 'HTTP 503' }))
    const { state, tries } = play(plan, { guards: [['holds', verdict]] })
    expect(tries).toEqual([])
    expect(state.steps).toEqual({})
    expect(state.ended).toMatchObject({ result: 'refused', exit: 20, stands: [] })
    expect(state.ended?.why).toContain('the guard "replica"')
    expect(state.ended?.why).toContain('HTTP 503')
    expect(state.ended?.why).not.toContain('"free"')
  },
)

test('one that a person went past does not refuse', () => {
  const plan = guarded(guard('replica', { verdict: 'fails', forced: true }))
  expect(play(plan, { guards: [['fails']] }).state.ended?.result).toBe('proven')
})

test('a person is asked first: what is measured before an answer may be old after it', () => {
  const plan = planOf([step('sure', gateUse()), setStep('image', { needs: ['sure'] })], {
    guards: [guard('replica')],
    signals: SIGNALS,
  })
  const { lines } = play(plan, { answers: { sure: true }, answerAfter: 60_000, guards: [['holds']] })
  const types = lines.map(({ event }) => event.type)
  expect(types.indexOf('guard-judged')).toBeGreaterThan(types.indexOf('answer'))
})

test('after a crash before the first change it is asked again, and not once changes have begun', () => {
  const plan = guarded(guard('replica'))
  const judged = play(plan).lines.findIndex(({ event }) => event.type === 'guard-judged') + 1
  const early = play(plan, {
    guards: [['holds'], ['fails']],
    crashes: [{ afterLine: judged, happened: false, downtime: 1000 }],
  })
  expect(early.state.ended?.result).toBe('refused')
  const changed = play(plan).lines.findIndex(({ event }) => event.type === 'outcome') + 1
  const late = play(plan, {
    guards: [['holds'], ['fails']],
    crashes: [{ afterLine: changed, happened: true, downtime: 1000 }],
  })
  expect(late.state.ended?.result).toBe('proven')
  expect(late.events('guard-judged')).toHaveLength(1)
})

test('it is asked again where all that was tried has certainly not happened', () => {
  const plan = planOf([setStep('image')], { guards: [guard('replica')], signals: SIGNALS })
  const effects = { image: { tries: ['retryable' as const, 'ok' as const] } }
  const refused = play(plan, { effects }).lines.findIndex(({ event }) => event.type === 'outcome') + 1
  const again = play(plan, {
    effects,
    guards: [['holds'], ['fails']],
    crashes: [{ afterLine: refused, happened: false, downtime: 60_000 }],
  })
  expect(again.events('guard-judged')).toHaveLength(2)
  expect(again.state.ended).toMatchObject({ result: 'refused', stands: [] })
})

test('evidence is kept once, and the guards are measured after it', () => {
  const capture = [{ id: 'logs', source: 'command', with: {} }]
  const plan = planOf([setStep('image')], { guards: [guard('replica')], capture, signals: SIGNALS })
  const { lines } = play(plan)
  const types = lines.map(({ event }) => event.type)
  expect(types.slice(types.indexOf('captured'), types.indexOf('step-started'))).toEqual([
    'captured',
    'guard-judged',
  ])
})

test.each([
  [false, 'refused'],
  [true, 'proven'],
] as const)('a try that was cut off is looked at first; that it happened is %s: %s', (happened, result) => {
  const plan = planOf([setStep('image')], { guards: [guard('replica')], signals: SIGNALS })
  const cutOff = play(plan).lines.findIndex(({ event }) => event.type === 'intent') + 1
  const crashes = [{ afterLine: cutOff, happened, downtime: 1000 }]
  const { lines, state } = play(plan, { guards: [['holds'], ['fails']], crashes })
  expect(state.ended?.result).toBe(result)
  const types = lines.slice(cutOff).map(({ event }) => event.type)
  expect(types.includes('guard-judged')).toBe(!happened)
  expect(types).toContain('observed')
})
