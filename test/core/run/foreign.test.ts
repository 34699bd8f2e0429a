import { expect, test } from 'vitest'

import { whatStands } from '../../../src/core/run/conclude.ts'
import type { RunEvent } from '../../../src/core/run/events.ts'
import { fold } from '../../../src/core/run/state.ts'
import { planOf, setStep } from '../plan-of.ts'

const plan = planOf([setStep('image')])
const effect = plan.steps[0]?.changes[0]?.effect ?? ''
const STEP = { step: 'image', effect }
const intent = (attempt: number): RunEvent => ({ type: 'intent', ...STEP, attempt, use: 'first' })
const wasThere = (attempt: number): RunEvent => ({
  type: 'outcome',
  ...STEP,
  attempt,
  ok: true,
  receipt: { already: true },
})
const LOST: RunEvent = {
  type: 'outcome',
  ...STEP,
  attempt: 1,
  ok: false,
  failure: { code: 'lost', message: 'no answer', applied: 'unknown', retryable: true },
  retryAt: 0,
}
const REACHED: RunEvent = { type: 'observed', ...STEP, progress: 'reached', words: 'is there' }

function stateOf(...events: RunEvent[]) {
  const started: RunEvent = { type: 'step-started', step: 'image' }
  return fold([started, ...events].map((event, index) => ({ n: index + 1, at: index, event })))
}

test('a change that somebody else has made meanwhile is not ours to take back', () => {
  expect(whatStands(plan, stateOf(intent(1), wasThere(1), REACHED))).toEqual([])
})

test('after a lost answer the change that is there may well be ours', () => {
  expect(whatStands(plan, stateOf(intent(1), LOST, intent(2), wasThere(2), REACHED))).toHaveLength(1)
})
