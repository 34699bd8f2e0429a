import { expect, test } from 'vitest'

import type { Plan } from '../../src/core/plan/types.ts'
import type { Line, RunEvent, RunResult } from '../../src/core/run/events.ts'
import { withSuccessor } from '../../src/runtime/open-bake.ts'
import { callStep, planOf } from '../core/plan-of.ts'

const BAKE: Plan['bake'] = { for: 30_000, settle: 0, must: [], should: [] }

function recorded(id: string, from: number, result: RunResult, exit: 0 | 24) {
  const events: RunEvent[] = [
    { type: 'intent', step: 'redeploy', effect: 'redeploy', attempt: 1, use: 'first' },
    { type: 'run-ended', result, exit, why: '', stands: [] },
  ]
  return {
    plan: planOf([callStep('redeploy')], { id, bake: BAKE }),
    lines: events.map((event, index): Line => ({ n: index + 1, at: from + index, event })),
  }
}

test('a later run ends the bake that nobody watched, and leaves the exit code of the run as it is', () => {
  const degraded = recorded('20261122-031500-7f3a', 1000, 'degraded', 24)
  const later = recorded('20261122-041500-aaaa', 5000, 'proven', 0)
  expect(withSuccessor(degraded, [later, degraded]).lines.at(-1)).toMatchObject({
    at: 5000,
    event: { type: 'bake-ended', result: 'replaced', exit: 24 },
  })
  expect(withSuccessor(later, [later, degraded]).lines).toEqual(later.lines)
})
