import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { anyOf, fill, namespace, referencesIn, referencesWithin } from '../../src/core/template.ts'

const vars = namespace('vars', { tag: 'prod', empty: '' })

test('values stand in every string, at any depth', () => {
  expect(fill({ a: ['${vars.tag}-x', 1, null, { b: '${ vars.tag }' }] }, vars)).toEqual({
    a: ['prod-x', 1, null, { b: 'prod' }],
  })
})

test('keys are left alone', () => {
  expect(fill({ '${vars.tag}': 1 }, vars)).toEqual({ '${vars.tag}': 1 })
})

test('an empty value is a value', () => {
  expect(fill('[${vars.empty}]', vars)).toBe('[]')
})

test('what nobody knows stays as it stands, for a later pass or for an error that shows it', () => {
  expect(fill('${vars.other} ${target.sha} ${vars}', vars)).toBe('${vars.other} ${target.sha} ${vars}')
})

test('names of objects are no values', () => {
  expect(fill('${vars.constructor} ${vars.__proto__}', vars)).toBe('${vars.constructor} ${vars.__proto__}')
})

test('an escape lives through every pass but the last', () => {
  expect(fill('$${vars.tag} ${vars.tag}', vars)).toBe('$${vars.tag} prod')
  expect(fill('$${vars.tag} ${vars.tag}', vars, 'last')).toBe('${vars.tag} prod')
})

test('a value is not read again: what looks like a reference in it is text', () => {
  const lookup = namespace('target', { sha: '${secrets.token}' })
  expect(fill('${target.sha}', anyOf(lookup, namespace('secrets', { token: 'hunter2' })), 'last')).toBe(
    '${secrets.token}',
  )
})

test('dollars in a value are text, too', () => {
  expect(fill('<${vars.a}>', namespace('vars', { a: '$& $1 $$' }))).toBe('<$& $1 $$>')
})

test('references are found with their place, escapes are not', () => {
  expect(referencesIn('a ${ target.sha } $${no} ${run.id}')).toEqual([
    { name: 'target.sha', offset: 2 },
    { name: 'run.id', offset: 25 },
  ])
  expect(referencesWithin({ '${key}': ['${a}', { b: '${c}' }] }).map(({ name }) => name)).toEqual(['a', 'c'])
})

test('the first that knows a name is asked', () => {
  const lookup = anyOf(namespace('a', { x: '1' }), namespace('b', { x: '2' }), () => 'else')
  expect(['a.x', 'b.x', 'c'].map(lookup)).toEqual(['1', '2', 'else'])
})

test('text without references comes through unchanged', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('$', '{', 'a', '}', ' ') }).filter((text) => !text.includes('${')),
      (text) => {
        expect(fill(text, () => 'x', 'last')).toBe(text)
      },
    ),
  )
})
