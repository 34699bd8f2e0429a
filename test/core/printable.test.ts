import { expect, test } from 'vitest'

import { printable, spelledOut } from '../../src/core/printable.ts'

test.each([
  ['C0', '\u{0}'],
  ['escape', '\u{1b}'],
  ['delete', '\u{7f}'],
  ['C1', '\u{9b}'],
  ['soft hyphen', '\u{ad}'],
  ['Arabic letter mark', '\u{61c}'],
  ['zero width space', '\u{200b}'],
  ['right-to-left override', '\u{202e}'],
  ['isolate', '\u{2066}'],
  ['byte order mark', '\u{feff}'],
  ['line separator', '\u{2028}'],
  ['Hangul filler', '\u{3164}'],
  ['first of the tags', '\u{e0000}'],
  ['tag letter', '\u{e0061}'],
  ['last of the tags', '\u{e007f}'],
  ['lone half', '\u{d800}'],
])('%s is spelled out, and left out of an excerpt', (_, character) => {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  expect(spelledOut(`a${character}b`)).toBe(`a\\u{${code}}b`)
  expect(printable(`a${character}b`)).toBe('a b')
})

test('text in any script, and emoji, stay', () => {
  const text = 'Grüße, 你好, שלום, ❤️ 1️⃣ 🚀'
  expect(spelledOut(text)).toBe(text)
  expect(printable(text)).toBe(text)
})

test('an excerpt has no colours and no second line, and is bounded', () => {
  expect(printable('\u{1b}[31mred\u{1b}[0m\n\u{1b}]0;title\u{7}end')).toBe('red end')
  expect(printable('x'.repeat(300))).toHaveLength(200)
})

test('what is kept stays', () => {
  expect(spelledOut('a\n\tb\u{1b}', '\n\t')).toBe('a\n\tb\\u{1b}')
})
