import { expect, test } from 'vitest'

import type { RunEvent } from '../../src/core/run/events.ts'
import { eventMisfit } from '../../src/core/run/read-event.ts'
import { createRedactor } from '../../src/io/redact.ts'
import { redactEvent } from '../../src/runtime/redact-event.ts'

function clean(event: RunEvent, ...secrets: string[]): RunEvent {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret, '[secret]')
  return redactEvent(event, (text) => redactor.redact(text))
}

const OUTCOME: RunEvent = {
  type: 'outcome',
  step: 'image',
  effect: 'image:ghcr.io/acme/api:prod',
  attempt: 1,
  ok: false,
  failure: {
    code: 'refused',
    message: 'hunter2 is wrong',
    found: 'Bearer hunter2',
    cure: 'not hunter2',
    applied: 'unknown',
    retryable: false,
  },
  retryAt: 1_700_000_000_000,
}

test('a secret is in no text of an event', () => {
  expect(JSON.stringify(clean(OUTCOME, 'hunter2'))).not.toContain('hunter2')
})

test('nor in what a platform gave as its receipt: values, names, numbers', () => {
  const receipt = { deep: [{ 'key-hunter2': 'hunter2', pin: 123_456 }], type: 'hunter2' }
  const event: RunEvent = { type: 'outcome', step: 's', effect: 'e', attempt: 1, ok: true, receipt }
  expect(JSON.stringify(clean(event, 'hunter2', '123456'))).not.toMatch(/hunter2|123456/)
})

test('a weak secret does not change what a run is put together from', () => {
  const weak = ['image', 'outcome', 'unknown', 'prod', '1700', 'step', 'refused', 'failure', 'applied']
  const { type, step, effect, attempt, failure, retryAt } = clean(OUTCOME, ...weak) as typeof OUTCOME
  expect({ type, step, effect, attempt, retryAt }).toEqual({
    type: 'outcome',
    step: 'image',
    effect: 'image:ghcr.io/acme/api:prod',
    attempt: 1,
    retryAt: 1_700_000_000_000,
  })
  expect(failure).toMatchObject({ applied: 'unknown', code: 'refused' })
})

test('an event without secrets comes through as it was', () => {
  expect(clean(OUTCOME)).toEqual(OUTCOME)
})

test('what triggers said stays readable beside a weak secret, and tells none', () => {
  const said = { id: 'errors', severity: 'high', judged: 'fails', verdict: 'hold' } as const
  const event: RunEvent = {
    type: 'triggers-judged',
    decision: {
      verdict: 'hold',
      triggers: [{ ...said, condition: 'errors above 1', words: 'is hunter2', since: 1_700_000_000_000 }],
    },
  }
  const cleaned = clean(event, 'hunter2', 'fails', 'hold', 'high', '1700')
  expect(eventMisfit(cleaned)).toBeUndefined()
  expect(cleaned).toMatchObject({ decision: { verdict: 'hold', triggers: [said] } })
  expect(JSON.stringify(cleaned)).not.toContain('hunter2')
})
