import { expect, test } from 'vitest'

import { bindLate, mentionsTarget, unboundTarget } from '../../../src/core/plan/bind.ts'
import { planOf } from '../plan-of.ts'

const SHA = 'abc1234def5678abc1234def5678abc1234def56'

test.each([
  ['${target}', 'v1.2.3'],
  ['${target.sha}', SHA],
  ['${target.short}', 'abc1234'],
  ['${target.tag}', 'v1.2.3'],
  ['${run.id}', '20261122-031500-7f3a'],
  ['backup-${run.stamp}', 'backup-20261122-031500'],
  ['${run.service}/${run.environment}/${run.procedure}', 'api/production/retag'],
  ['${run.reason}', ''],
])('%s', (text, value) => {
  const plan = planOf([], { target: { given: 'v1.2.3', sha: SHA, tag: 'v1.2.3' } })
  expect(bindLate(plan, { text })).toEqual({ text: value })
})

test('what was typed is the SHA when it looks like one', () => {
  expect(bindLate(planOf([], { target: { given: 'abc1234' } }), '${target.sha}')).toBe('abc1234')
})

test('secrets, and what nobody knows, stay as they stand', () => {
  const plan = planOf([], { target: { given: 'v1.2.3', tag: 'v1.2.3' } })
  expect(bindLate(plan, '${secrets.token} ${target.sha} $${x}')).toBe('${secrets.token} ${target.sha} $${x}')
  expect(
    unboundTarget(plan, ['${target.sha} ${target.short}', { a: '${target.sha} ${target.tag}' }]),
  ).toEqual(['target.sha', 'target.short'])
})

test('a target that nobody knows is bound to nothing', () => {
  const plan = planOf([], { target: { given: '' } })
  expect(unboundTarget(plan, '${target} ${target.sha}')).toEqual(['target', 'target.sha'])
})

test.each([
  ['${target.sha}', true],
  ['${target}', true],
  ['${targets.sha}', false],
  ['$${target.sha}', false],
  ['target.sha', false],
])('%s mentions the target: %s', (text, mentioned) => {
  expect(mentionsTarget({ deep: [text] })).toBe(mentioned)
})
