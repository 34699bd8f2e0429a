import { expect, test } from 'vitest'

import { eventMisfit } from '../../../src/core/run/read-event.ts'
import { CALLED, HOOK_LOST, PROVEN, RETAGGED, STARTED } from '../../report/fixtures.ts'

test('what a run writes is read back', () => {
  for (const event of [...STARTED, ...RETAGGED, ...CALLED, ...HOOK_LOST, ...PROVEN])
    expect(eventMisfit(JSON.parse(JSON.stringify(event)))).toBeUndefined()
})

test.each<[event: unknown, why: string]>([
  [null, 'it does not say what kind of event it is'],
  [{ type: { toString: 1 } }, 'it does not say what kind of event it is'],
  [{ type: 'toString' }, '"toString" is no kind of event that this version knows'],
  [{ type: 'phase-started', phase: 'later' }, 'phase is not "decide" or "execute" or "verify"'],
  [{ type: 'step-started' }, 'step is not a name'],
  [{ type: 'step-started', step: '__proto__' }, 'step is not a name'],
  [{ type: 'intent', step: 'a', effect: 'a', attempt: -1, use: 'first' }, 'attempt is not a whole number'],
  [{ type: 'outcome', step: 'a', effect: 'a', attempt: 1, ok: 'yes' }, 'ok is not true'],
  [{ type: 'outcome', step: 'a', effect: 'a', attempt: 1, ok: true }, 'receipt is missing'],
  [{ type: 'deadline-passed', deadline: 1e300 }, 'deadline is not a number of milliseconds'],
  [{ type: 'proof', verdict: 'holds', degraded: [1], why: '' }, 'degraded[0] is not text'],
])('%j: %s', (event, why) => {
  expect(eventMisfit(event)).toBe(why)
})
