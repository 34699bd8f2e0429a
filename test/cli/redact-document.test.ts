import { expect, test } from 'vitest'

import { redactDocument } from '../../src/cli/redact-document.ts'
import { createRedactor } from '../../src/io/redact.ts'

function clean(document: object, ...secrets: string[]): unknown {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret, '[secret "s"]')
  return JSON.parse(JSON.stringify(redactDocument(document, (text) => redactor.redact(text))))
}

test('a secret that looks like JSON leaves a document that can be read, without it', () => {
  const document = { ok: true, took: 1000, deep: [{ why: 'it is true, "x"y" too' }] }
  expect(clean(document, 'true', '1000', '"x"y"')).toEqual({
    ok: true,
    took: '[secret "s"]',
    deep: [{ why: 'it is [secret "s"], [secret "s"] too' }],
  })
})

test('a weak secret does not change what a script tells a document by', () => {
  const document = { format: 1, type: 'event', n: 1, at: 1700, event: { type: 'intent', step: 'image' } }
  expect(clean(document, 'event', 'intent', 'image', '1700')).toEqual(document)
})
