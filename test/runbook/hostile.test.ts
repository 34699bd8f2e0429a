import { describe, expect, test } from 'vitest'

import { diagnosed } from './load-fixture.ts'

const MANY = 10_000
const ESCAPE = '\u001B'

/** What is written → the code of the first mistake. None may take long, or bring the process down. */
const TABLE: [what: string, text: string, code: string][] = [
  ['a bomb of aliases', 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n', 'missing-key'],
  ['flow nested without end', 'a: '.concat('['.repeat(MANY)), 'too-deep'],
  ['flow nested and closed', '['.repeat(MANY) + ']'.repeat(MANY), 'too-deep'],
  ['flow maps nested', '{a: '.repeat(MANY), 'too-deep'],
  ['dashes nested', `${'- '.repeat(MANY)}x`, 'too-deep'],
  ['explicit keys nested', '? '.repeat(MANY), 'too-deep'],
  [
    'block nested',
    Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    'too-deep',
  ],
  ['300 KB', `a: ${'x'.repeat(300 * 1024)}`, 'too-large'],
  ['different keys', Array.from({ length: MANY }, (_, index) => `key${index}: 1`).join('\n'), 'missing-key'],
  ['equal keys', 'key: 1\n'.repeat(MANY), 'duplicate-key'],
  ['equal keys of another kind', '? a\n'.repeat(MANY), 'duplicate-key'],
  ['a prototype', '__proto__: { service: api }\n', 'forbidden-key'],
  ['a constructor', 'constructor: { prototype: 1 }\n', 'forbidden-key'],
  ['several documents', 'a: 1\n---\na: 2\n', 'several-documents'],
  ['a control character', 'version: \u0007\n', 'control-character'],
  ['an escape sequence', `version: ${ESCAPE}[2J\n`, 'control-character'],
  ['text that reads backwards', 'version: "\u202Eexe"\n', 'control-character'],
  ['a forged mark of a secret', 'version: "\uE000$TOKEN\uE001"\n', 'control-character'],
  ['a NUL', 'version: \0\n', 'control-character'],
  ['half a character', 'version: \uD800\n', 'control-character'],
  ['references without end', `a: ${'${'.repeat(MANY)}`, 'missing-key'],
  ['references in a flow map without end', `a: { x: ${'${a'.repeat(MANY)}`, 'yaml'],
  ['a list that is long', `[${'{},'.repeat(MANY)}]`, 'invalid-value'],
  [
    'a pattern that never ends',
    `inputs: { tag: { pattern: "(a+)+", default: "${'a'.repeat(60)}!" } }\n`,
    'missing-key',
  ],
  ['a tag for code', 'version: !!js/function "x"\n', 'tag'],
]

describe('hostile runbooks', () => {
  test.each(TABLE)('%s', async (_, text, code) => {
    const started = performance.now()
    const diagnostics = await diagnosed(text)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(diagnostics[0]?.code).toBe(code)
    expect(diagnostics.length).toBeLessThanOrEqual(21)
  })

  test('aliases are named, wherever they are', async () => {
    const codes = (await diagnosed('a: &a [x, x]\nb: [*a, *a]\n')).map(({ code }) => code)
    expect(codes).toContain('alias')
  })

  test('characters hidden in an escape are found too', async () => {
    const diagnostics = await diagnosed('version: "\\x1b[2J"\nservice: "\\uE000"\n')
    expect(diagnostics.filter(({ code }) => code === 'control-character').map(({ line }) => line)).toEqual([
      1, 2,
    ])
  })

  test('nothing reaches the prototype of other objects', async () => {
    await diagnosed('a: 1\n'.repeat(300) + '__proto__: { polluted: yes }\n')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('patterns that never end cost the time of one, and are named', async () => {
    const one = (name: string) => `  ${name}: { pattern: "(a+)+", default: "${'a'.repeat(60)}!" }\n`
    const started = performance.now()
    const diagnostics = await diagnosed(
      `inputs:\n${Array.from({ length: 20 }, (_, at) => one(`i${at}`)).join('')}`,
    )
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(diagnostics.filter(({ code }) => code === 'invalid-pattern').map(({ line }) => line)).toEqual([2])
  })

  test('a pattern is checked before there is a value', async () => {
    const codes = (await diagnosed('inputs:\n  tag: { pattern: "(" }\n')).map(({ code }) => code)
    expect(codes).toContain('invalid-pattern')
  })

  test('no step has the name of what every object has', async () => {
    const step = 'procedures: { p: { steps: [{ id: constructor, uses: fake.call }] } }'
    const messages = (await diagnosed(step)).map(({ message }) => message)
    expect(messages).toContainEqual(expect.stringContaining('ids are lower-case letters'))
  })
})
