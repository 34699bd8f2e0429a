import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { canonical, digestOf, sameJson, sha256 } from '../../src/core/json.ts'

test('equal data has one spelling, whatever the order of its keys', () => {
  expect(canonical({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
  expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
})

test('the order of a list counts', () => {
  expect(sameJson([1, 2], [2, 1])).toBe(false)
})

test('a member without a value is none', () => {
  expect(sameJson({ a: undefined, b: 1 }, { b: 1 })).toBe(true)
  expect(sameJson({ a: null }, {})).toBe(false)
})

test.each([
  [1, '1'],
  [null, 0],
  [{}, []],
  ['', null],
  [undefined, {}],
])('%j and %j are not the same', (a, b) => {
  expect(sameJson(a, b)).toBe(false)
})

test('whatever was read from JSON keeps its spelling through JSON, and digests tell different data apart', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const stored = JSON.parse(JSON.stringify(a)) as unknown
      expect(canonical(JSON.parse(canonical(stored)))).toBe(canonical(stored))
      expect(digestOf(a) === digestOf(b)).toBe(canonical(a) === canonical(b))
    }),
  )
})

test('a digest is the SHA-256 of the text', () => {
  expect(sha256('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256(new TextEncoder().encode('ü'))).toBe(sha256('ü'))
})
