import { expect, test } from 'vitest'

import type { Judgement } from '../../../src/core/conditions/judgement.ts'
import { judgeTrigger } from '../../../src/core/conditions/verdict.ts'
import { asksFor } from '../../../src/core/conditions/worth-asking.ts'
import type { Condition, Trigger, Unless } from '../../../src/core/model.ts'
import type { Judged } from '../../../src/core/run/events.ts'

const DOWN: Trigger = {
  id: 'down',
  severity: 'high',
  when: { signal: 'health', passing: false },
  unless: { signal: 'fix', equals: true },
}
const REPORTED: Trigger = {
  id: 'reported',
  severity: 'medium',
  when: {
    any: [
      { signal: 'reports', at_least: 3 },
      { signal: 'errors', above: 5 },
    ],
  },
}
const RULE: Unless = { id: 'maintenance', when: { signal: 'clock', is: true }, severities: ['high'] }

/** What hangs on the answer to a signal, while what is not named here is not known. */
function hanging(signal: string, judged: Record<string, Judged>, triggers: Trigger[] = [DOWN, REPORTED]) {
  const judgeOne = ({ signal: name }: Condition): Judgement => ({
    verdict: judged[name] ?? 'unknown',
    words: '',
    final: false,
  })
  const decision = { triggers: triggers.map((one) => judgeTrigger(one, judgeOne, 0, [RULE])) }
  return asksFor(signal, { triggers, unless: [RULE] }, decision).map(
    ({ trigger, against }) => `${against === undefined ? '' : 'against '}${trigger.id}`,
  )
}

test.each<[string, string, Record<string, Judged>, string[]]>([
  ['a trigger that waits for it alone', 'reports', { errors: 'fails' }, ['reported']],
  ['one that holds without it', 'reports', { errors: 'holds' }, []],
  ['what speaks against one that holds', 'fix', { health: 'holds', clock: 'fails' }, ['against down']],
  ['what speaks against one that is not known', 'fix', { clock: 'fails' }, ['against down']],
  ['what speaks against one that does not hold', 'fix', { health: 'fails' }, []],
  ['what speaks against one that is outweighed already', 'fix', { health: 'holds', clock: 'holds' }, []],
  ['a rule against it', 'clock', { health: 'holds', fix: 'fails' }, ['against down']],
])('%s', (_, signal, judged, wanted) => {
  expect(hanging(signal, judged)).toEqual(wanted)
})

test('nobody is asked for a note', () => {
  expect(hanging('reports', { errors: 'fails' }, [{ ...REPORTED, severity: 'low' }])).toEqual([])
})

test('nor does silence that speaks against it keep anybody from being asked', () => {
  const silent: Trigger = { ...DOWN, unless: { signal: 'fix', equals: true, no_data: 'breach' } }
  expect(hanging('fix', { health: 'holds', fix: 'holds' }, [silent])).toEqual(['against down'])
})

test('an answer may undo what silence was taken for', () => {
  const silent: Trigger = { ...REPORTED, when: { signal: 'reports', at_least: 3, no_data: 'breach' } }
  expect(hanging('reports', { reports: 'holds' }, [silent])).toEqual(['reported'])
})
