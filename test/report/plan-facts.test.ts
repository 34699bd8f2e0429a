import { expect, test } from 'vitest'

import { draftUndo } from '../../src/core/plan/undo.ts'
import { undoWords } from '../../src/report/plan-facts.ts'
import { backup, callStep, callUse, change, fence, planOf, setStep, setUse, step } from '../core/plan-of.ts'
import { play } from '../core/run/simulator.ts'

test('an undo is told in the order in which it would be done', () => {
  const plan = planOf([
    callStep('migrate', { reversal: { how: 'other' } }),
    step('image', setUse(backup('old'), fence('auto-deploy'), change('image')), {
      needs: ['migrate', 'config'],
    }),
    setStep('config'),
    callStep('redeploy', {}, { needs: ['image'] }),
    callStep('mail', { reversal: { how: 'none', why: 'it is sent' } }, { needs: ['redeploy'] }),
  ])
  expect(undoWords(plan)).toEqual([
    'put image back to old',
    'put config back to old',
    'call the reversal of migrate',
    'call redeploy again',
    'put auto-deploy back to old',
    'leave mail: cannot be taken back: it is sent',
    'leave old (backup)',
  ])
  expect(draftUndo(plan, play(plan).state).steps.map(({ id }) => id)).toEqual([
    'image',
    'config',
    'migrate',
    'redeploy',
    'image~fence',
  ])
})

test('a call that an undo would not make again is not promised', () => {
  const plan = planOf([
    setStep('image', { skip: 'already there' }),
    callStep('redeploy', {}, { needs: ['image'] }),
  ])
  expect(undoWords(plan)).toEqual([])
})

test('a fallback is taken back instead, where it had to be used', () => {
  const plan = planOf([setStep('image', { fallback: callUse('image~fallback') })])
  expect(undoWords(plan)).toEqual([
    'put image back to old',
    'where image had to use test.call: call image again',
  ])
})
