import { expect, test } from 'vitest'

import { conclude, whatStands } from '../../../src/core/run/conclude.ts'
import type { RunEvent } from '../../../src/core/run/events.ts'
import { emptyState, fold } from '../../../src/core/run/state.ts'
import { backup, callStep, change, planOf, setStep, setUse, step } from '../plan-of.ts'
import { play } from './simulator.ts'

const PLAN = planOf([setStep('image')])

test.each([
  ['holds', 'proven', 0],
  ['fails', 'stands', 22],
  ['unknown', 'unmeasured', 23],
] as const)('a proof that %s is the result "%s", exit code %i', (proof, result, exit) => {
  expect(play(PLAN, { proof }).state.ended).toMatchObject({
    result,
    exit,
    stands: ['image: new (was old)'],
  })
})

test('a `should` that fails makes the result degraded', () => {
  const proof = { verdict: 'holds' as const, degraded: ['p99: slow'], why: 'live' }
  expect(conclude(PLAN, { ...emptyState(), proof })).toMatchObject({
    result: 'degraded',
    exit: 24,
    why: 'p99: slow',
  })
})

test('so does a step that was left out: proven is the whole, or it is not said', () => {
  const plan = planOf([setStep('image')], { without: [{ step: 'config', why: 'left out by --without' }] })
  expect(play(plan).state.ended).toMatchObject({ result: 'degraded', exit: 24 })
})

test('a contradicted proof weighs more than a left-out step', () => {
  const plan = planOf([setStep('image')], { without: [{ step: 'config', why: 'left out by --without' }] })
  expect(play(plan, { proof: 'fails' }).state.ended).toMatchObject({ result: 'stands', exit: 22 })
})

test('a backup is meant to stay and is not told as a change that stands', () => {
  const plan = planOf([step('image', setUse(backup('backup'), change('image')))])
  const { state } = play(plan, { effects: { image: { tries: ['refused'] } } })
  expect(whatStands(plan, state)).toEqual([])
})

test('a program that was ended by whoever went on is told as ended, not as an answer that was lost', () => {
  const plan = planOf([callStep('migrate')])
  const step = { step: 'migrate', effect: 'migrate' }
  const events: RunEvent[] = [
    { type: 'step-started', step: 'migrate' },
    { type: 'intent', ...step, attempt: 1, use: 'first' },
    { type: 'child-started', ...step, pid: 4711, started: '1', host: 'laptop', until: 5 },
  ]
  const stands = () => whatStands(plan, fold(events.map((event, at) => ({ n: at + 1, at, event }))))
  expect(stands()).toEqual(['migrate: test.call may have been called; its answer was lost'])
  events.push({ type: 'child-gone', ...step, pid: 4711, how: 'was ended', halfWay: true })
  expect(stands()).toEqual(['migrate: test.call may have been called; it was ended half-way'])
})

test('an effect without an outcome is told as possible, never left out', () => {
  const { lines } = play(PLAN)
  const intent = lines.findIndex(({ event }) => event.type === 'intent') + 1
  const played = play(planOf([setStep('image', { timeout: 5000 })]), {
    effects: { image: { blind: Infinity } },
    crashes: [{ afterLine: intent, happened: true, downtime: 0 }],
  })
  expect(played.state.ended?.stands).toEqual(['image: may be new (was old); its answer was lost'])
})
