import { array, assert, constantFrom, nat, oneof, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { printable } from '../../src/core/printable.ts'
import { createRedactor } from '../../src/io/redact.ts'

const SECRET = `p@ss "w0rd'/+&%$\\ü?<x>`

function redactor() {
  const it = createRedactor()
  it.add(SECRET, '$TOKEN')
  return it
}

const shapes: [string, string][] = [
  ['raw', SECRET],
  ['URL-encoded', encodeURIComponent(SECRET)],
  ['URL-encoded in small letters', encodeURIComponent(SECRET).replaceAll(/%../g, (hex) => hex.toLowerCase())],
  ['URL-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
  ['in a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
  ['in a path', encodeURI(SECRET)],
  ['base64', Buffer.from(SECRET).toString('base64')],
  ['base64url', Buffer.from(SECRET).toString('base64url')],
  ['hex', Buffer.from(SECRET).toString('hex')],
  ['JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['JSON in JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
  [
    'JSON as Go writes it',
    JSON.stringify(SECRET)
      .slice(1, -1)
      .replaceAll('&', '\\u0026')
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e'),
  ],
  [
    'JSON as Python writes it',
    JSON.stringify(SECRET)
      .slice(1, -1)
      .replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['in single quotes', SECRET.replaceAll("'", `'\\''`)],
  ['in double quotes', SECRET.replaceAll(/["$`\\]/g, '\\$&')],
  [
    'HTML',
    SECRET.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  ],
]

describe('a secret', () => {
  test.each(shapes)('is found %s', (_name, form) => {
    expect(redactor().redact(`before ${form} after`)).toBe('before $TOKEN after')
  })

  test.each(['u:', 'us:', 'use:'])('is found in the base64 of a pair: %s', (user) => {
    const header = Buffer.from(`${user}${SECRET}:rest`).toString('base64')
    const shown = redactor().redact(`Basic ${header}`)
    expect(shown).toContain('$TOKEN')
    expect(Buffer.from(shown.slice(6).replace('$TOKEN', ''), 'base64').toString()).not.toContain('w0rd')
  })

  describe('that base64 breaks into lines', () => {
    const LONG = `${'Zq8#vW2kP0s-'.repeat(12)}end`
    const broken = (text: string, width: number, end: string): string =>
      Buffer.from(text)
        .toString('base64')
        .replaceAll(new RegExp(`.{${width}}(?!$)`, 'g'), (line) => `${line}${end}`)

    test.each([
      ['as base64 does', broken(LONG, 76, '\n')],
      ['as mails do', broken(LONG, 76, '\r\n')],
      ['as openssl does', broken(LONG, 64, '\n')],
      ['in JSON', JSON.stringify(broken(LONG, 64, '\r\n')).slice(1, -1)],
    ])('is found %s', (_name, form) => {
      const it = createRedactor()
      it.add(LONG, '$KEY')
      expect(it.redact(`before\n${form}\nafter`)).toBe('before\n$KEY\nafter')
      const stream = it.stream()
      const out = `before\n${form}\nafter`.split('').map((one) => stream.write(one))
      expect(out.join('') + stream.end()).toBe('before\n$KEY\nafter')
    })

    test('is found with the newline that echo puts behind it', () => {
      const it = createRedactor()
      it.add(LONG, '$KEY')
      expect(it.redact(broken(`${LONG}\n`, 76, '\n'))).toMatch(/^\$KEY.{0,4}$/)
    })
  })

  test('of several lines is found line by line', () => {
    const it = createRedactor()
    it.add('-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nabc\n-----END KEY-----\n', '$KEY')
    expect(it.redact('| MIIEvQIBADANBgkqhkiG')).toBe('| $KEY')
    expect(it.redact('abc')).toBe('abc')
  })

  test('with a newline at its end is found without', () => {
    const it = createRedactor()
    it.add('hunter22\n', '$TOKEN')
    expect(it.redact('hunter22')).toBe('$TOKEN')
  })

  test('that is part of another gives way to it', () => {
    const it = createRedactor()
    it.add('hunter22', '$SHORT')
    it.add('https://hook/hunter22?x', '$LONG')
    expect(it.redact('https://hook/hunter22?x hunter22')).toBe('$LONG $SHORT')
  })

  test('that is too short is left alone', () => {
    const it = createRedactor()
    it.add('no', '$TOKEN')
    it.add('', '$EMPTY')
    expect(it.redact('no, not now')).toBe('no, not now')
  })
})

describe('a URL that is a secret', () => {
  const HOOK = 'http://H.example/deploy/srv-c0ffee1234567890?key=S3CR3T%2FT0kEn&env=production'
  const hook = () => {
    const it = createRedactor()
    it.add(HOOK, '$HOOK')
    return it
  }

  test.each([
    ['as a server repeats it', 'Cannot POST /deploy/srv-c0ffee1234567890?key=S3CR3T%2FT0kEn&env=production'],
    ['its key', 'invalid key S3CR3T%2FT0kEn'],
    ['its key, decoded', 'invalid key S3CR3T/T0kEn'],
    ['its service', 'no service srv-c0ffee1234567890'],
    ['with a port', HOOK.replace('H.example', 'h.example:80')],
    ['in small letters', HOOK.toLowerCase()],
    ['without its scheme', HOOK.slice(5)],
  ])('%s', (_what, text) => {
    expect(hook().redact(text)).toContain('$HOOK')
    expect(hook().redact(text)).not.toMatch(/s3cr3t|c0ffee/i)
  })

  test('its words that are everywhere stay', () => {
    const text = 'production: http://h.example is asked, http://H.example/deploy'
    expect(hook().redact(text)).toBe(text)
  })

  test('of several', () => {
    const it = createRedactor()
    it.add('https://h/one?key=abc123456\nhttps://h/two?key=xyz987654\n', '$HOOKS')
    expect(it.redact('key xyz987654 of https://h/two?key=xyz987654')).toBe('key $HOOKS of $HOOKS')
  })

  test('its login is one too', () => {
    const it = createRedactor()
    it.add('postgres://app:hunt%2Fer2@db/main', '$DB')
    expect(it.redact('hunt/er2 for app on db')).toBe('$DB for app on db')
    expect(it.redact('hunt%2Fer2')).toBe('$DB')
    it.add('postgres://postgres@db/main', '$OPEN')
    expect(it.redact('postgres is up')).toBe('postgres is up')
  })
})

describe('a text that was cut within a secret', () => {
  const token = () => {
    const it = createRedactor()
    it.add('S3CR3T-T0ken-of-24-chars', '$TOKEN')
    it.add('production-password', '$DB')
    it.add('https://api.example.com/hook?key=abcdefgh', '$HOOK')
    return it
  }

  test.each([
    ['it said S3CR3T-T0ken-of…', 'it said $TOKEN…'],
    ['it said S3CR3T-T…: look there', 'it said $TOKEN…: look there'],
    ['it said S3CR3T-T0ken-of-24-char', 'it said $TOKEN'],
    ['it said S3CR3T-', 'it said S3CR3T-'],
    ['it said production-p…', 'it said $DB…'],
    ['deployed to production', 'deployed to production'],
    ['asked https://api.example.com', 'asked https://api.example.com'],
    ['asked https://api.example.com/hook?key=abcdefg…', 'asked $HOOK…'],
  ])('%s', (text, expected) => {
    expect(token().redact(text)).toBe(expected)
    const stream = token().stream()
    const out = text.split('').map((one) => stream.write(one))
    expect(out.join('') + stream.end()).toBe(expected)
  })

  test('as we cut it', () => {
    const text = `${'x'.repeat(180)} S3CR3T-T0ken-of-24-chars`
    expect(token().redact(printable(text))).not.toContain('S3CR3T')
    expect(token().redact(printable(`${' '.repeat(1580)} S3CR3T-T0ken-of-24-chars`))).toBe('$TOKEN…')
  })
})

describe('text that comes in pieces', () => {
  test('is let go as soon as it cannot be the beginning of a secret', () => {
    const stream = redactor().stream()
    expect(stream.write('hello p@')).toBe('hello ')
    expect(stream.write('ul')).toBe('p@ul')
    expect(stream.end()).toBe('')
  })

  test('is redacted as a whole would be, wherever it is cut', () => {
    const word = constantFrom('aaab', 'aab-aa', 'b-aaab', 'xaxax', 'axax')
    assert(
      property(
        uniqueArray(word, { minLength: 1 }),
        array(oneof(word, constantFrom('a', 'b', '-', 'x', 'hello ')), { maxLength: 12 }),
        array(nat(4), { minLength: 1 }),
        (secrets, words, cuts) => {
          const it = createRedactor()
          for (const secret of secrets) it.add(secret, '*')
          const text = words.join('')
          const stream = it.stream()
          let out = ''
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const length = 1 + (cuts[turn % cuts.length] ?? 0)
            out += stream.write(text.slice(at, at + length))
            at += length
          }
          expect(out + stream.end()).toBe(it.redact(text))
        },
      ),
    )
  })
})
