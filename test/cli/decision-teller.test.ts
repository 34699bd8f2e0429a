import { expect, test } from 'vitest'

import { decisionTeller } from '../../src/cli/decision-teller.ts'
import type { Decision, TriggerVerdict } from '../../src/core/conditions/verdict.ts'
import { PLAIN } from '../../src/report/look.ts'
import { runbookOf, setting } from '../runtime/runbook-of.ts'
import { fakeOutput } from './fake-output.ts'

const RUNBOOK = runbookOf([setting('image')])

function judged(verdict: TriggerVerdict['judged'], own: Partial<TriggerVerdict> = {}): Decision {
  const trigger: TriggerVerdict = {
    id: 'errors',
    severity: 'high',
    condition: 'errors above 10%',
    judged: verdict,
    words: { holds: 'is 12%', fails: 'is 1%', unknown: 'it did not answer' }[verdict],
    verdict: 'hold',
    rule: '',
    ...own,
  }
  return { verdict: 'hold', triggers: [trigger], sampled: 0, unanswered: [] }
}

/** What stays in a log, of decisions one after the other. */
async function told(...decisions: Decision[]): Promise<string[]> {
  const output = fakeOutput(PLAIN)
  const teller = await decisionTeller(output, RUNBOOK, 60_000)
  for (const decision of decisions) teller.onNews(decision, 30_000)
  teller.stop()
  return output.told.filter((line) => !line.includes(' left; '))
}

test('that it begins to hold, and ceases to, is told once each, whatever is lost in between', async () => {
  const lines = await told(
    judged('fails'),
    judged('holds'),
    judged('holds'),
    judged('unknown'),
    judged('holds'),
    judged('unknown'),
    judged('fails'),
    judged('unknown'),
    judged('fails'),
  )
  expect(lines).toEqual([
    '  ! errors (high): is 12%',
    '  ? errors (high): it did not answer',
    '  ! errors (high): is 12%',
    '  ? errors (high): it did not answer',
    '  - errors (high): is 1%',
  ])
})

test('what is well from the beginning, or is not measured yet, is no news', async () => {
  expect(await told(judged('unknown'), judged('fails'), judged('unknown'))).toEqual([])
})

test('what is outweighed does not read as if it called for a rollback', async () => {
  expect(await told(judged('holds', { but: 'does not count while a fix is near' }))).toEqual([
    '  - errors (high): is 12%',
  ])
})

test('a log is told the whole once a minute, and not at every sample', async () => {
  const output = fakeOutput(PLAIN)
  const teller = await decisionTeller(output, RUNBOOK, 60_000)
  for (const left of [60_000, 59_000, 58_000]) teller.onNews(judged('fails'), left)
  expect(output.told).toEqual(['1m 00s left; errors: is 1%'])
})
