import { expect, test } from 'vitest'

import { parseJson } from '../../src/core/parse-json.ts'

test('gives the document, or nothing when there is none', () => {
  expect(parseJson('{"a":[1,"[\\"["]}')).toEqual({ a: [1, '["['] })
  expect(parseJson('null')).toBeNull()
  expect(parseJson('')).toBeUndefined()
  expect(parseJson('{')).toBeUndefined()
})

test.each(['[', '{"a":', '[{"a":'])('%s without end is no document', (piece) => {
  expect(parseJson(piece.repeat(100_000))).toBeUndefined()
  const closing = { '[': ']', '{"a":': '}', '[{"a":': '}]' }[piece] ?? ''
  expect(parseJson(`${piece.repeat(100_000)}1${closing.repeat(100_000)}`)).toBeUndefined()
})

test('many brackets side by side are fine, and those in texts do not count', () => {
  expect(parseJson(`[${'[],'.repeat(5000)}[]]`)).toHaveLength(5001)
  expect(parseJson(JSON.stringify('['.repeat(5000)))).toHaveLength(5000)
})
