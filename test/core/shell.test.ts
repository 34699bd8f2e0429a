import { execFileSync } from 'node:child_process'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { hasSecretMarker, secretMarker, shellLine, shellWord } from '../../src/core/shell.ts'

/** What a real shell makes of the words: one line of hexadecimal a word, so that nothing is lost on the way. */
function words(line: string, env: Record<string, string> = {}): string[] {
  const script = `for word in ${line}; do printf '%s' "$word" | od -An -v -tx1 | tr -d ' \\n'; echo; done`
  const output = execFileSync('/bin/sh', ['-c', script], { env: { PATH: process.env['PATH'], ...env } })
  return output
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((hex) => Buffer.from(hex, 'hex').toString())
}

/** Anything but NUL, which no word can hold; the characters that mean something to a shell are frequent. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...Array.from(` '"\\$\`!*?[]{}()<>|&;~#\n\t=-%@:,./`)),
    fc.constantFrom('a', 'Z', '0', 'ü', '€', '🚀'),
  ),
  maxLength: 12,
})

test('a shell reads every word back as it was', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (argv) => {
      expect(words(shellLine(argv))).toEqual(argv)
    }),
    { numRuns: 50 },
  )
})

test('a shell puts the secret in, and reads all around it as it was', () => {
  fc.assert(
    fc.property(text, text, text, (before, after, secret) => {
      const word = shellWord(`${before}${secretMarker('$TOKEN')}${after}`)
      expect(words(word, { TOKEN: secret })).toEqual([`${before}${secret}${after}`])
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['plain', 'plain'],
  ['ghcr.io/acme/api:v1', 'ghcr.io/acme/api:v1'],
  ['', "''"],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  [secretMarker('$TOKEN'), '"$TOKEN"'],
  [`Bearer ${secretMarker('$TOKEN')}`, '"Bearer $TOKEN"'],
  [`a"$b${secretMarker('$TOKEN')}`, '"a\\"\\$b$TOKEN"'],
])('%j is printed as %s', (given, printed) => {
  expect(shellWord(given)).toBe(printed)
})

test('a letter behind a secret does not become part of its name', () => {
  expect(shellWord(`${secretMarker('$TOKEN')}_x`)).toBe('"${TOKEN}_x"')
})

test('a secret from a file is read by the shell itself', () => {
  const word = shellWord(`x${secretMarker('$(cat /dev/null)')}y`)
  expect(words(word)).toEqual(['xy'])
})

test('only what holds a marker is said to hold one', () => {
  expect(hasSecretMarker(`a${secretMarker('$B')}`)).toBe(true)
  expect(hasSecretMarker('$B')).toBe(false)
})
