import { type Piece, piecesOf } from './secret-url.ts'

// Every form in which programs commonly write a secret.

/** Shorter values would take harmless words out of every text. */
const SHORTEST = 4
/** A line of a secret of several lines (a PEM key) is a secret of its own from this length on. */
const SHORTEST_LINE = 12
/** So much of the beginning of a secret gives it away, where a text was cut within it. */
export const BEGINNING = 8
/** Characters of a line of base64, and what ends one: of `base64` and of mails, of `openssl` and PEM; also within JSON. */
const WIDTHS = [76, 64]
const BREAKS = ['\n', '\r\n', '\\n', '\\r\\n']

/** Every form, and from which length on its beginning tells something. */
export function formsOf(secret: string): Map<string, number> {
  const forms = new Map<string, number>()
  for (const { text, tells } of valuesOf(secret)) {
    if (text.length < SHORTEST) continue
    const broken = text === secret || text === secret.trim() ? brokenForms(text) : []
    for (const form of [text, ...urlForms(text), ...base64Forms(text), ...broken, ...quotedForms(text)]) {
      if (form.length < SHORTEST || forms.has(form)) continue
      forms.set(form, Math.max(BEGINNING, Math.ceil((tells / text.length) * form.length)))
    }
  }
  return forms
}

function valuesOf(secret: string): Piece[] {
  return [...new Set([secret, secret.trim(), ...linesOf(secret)])].flatMap((text) => {
    const pieces = piecesOf(text)
    return pieces.length > 0 ? pieces : [{ text, tells: BEGINNING }]
  })
}

function linesOf(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim())
  return lines.length < 2 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE)
}

function urlForms(value: string): string[] {
  // A lone surrogate cannot be URL-encoded.
  const text = value.toWellFormed()
  const strict = encodeURIComponent(text)
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const forms = [strict, form, encodeURI(text), strict.replaceAll(/[!'()*]/g, percent)]
  return forms.flatMap((encoded) => [
    encoded,
    encoded.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    encodeURIComponent(encoded),
  ])
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/** Also as part of something longer, such as `user:secret`: base64 then starts at one of three offsets. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const forms = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const rest = (offset + bytes.length) % 3
    // The characters at both ends also depend on the neighbours.
    const inner = encoded.slice(offset === 0 ? 0 : offset + 1, rest === 0 ? undefined : -1)
    if (inner.length >= 8) forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

/**
 * In lines of base64, where the secret is the beginning of what was encoded; anywhere else it could be broken in hundreds
 * of ways.
 */
function brokenForms(value: string): string[] {
  const whole = Buffer.from(value).toString('base64')
  // The last character depends on what follows, such as the newline of `echo`.
  const inner = whole.replace(/.=+$/, '')
  return [whole, inner].flatMap((encoded) =>
    WIDTHS.filter((width) => width < encoded.length).flatMap((width) => {
      const lines = encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? []
      return BREAKS.map((end) => lines.join(end))
    }),
  )
}

function quotedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  return [
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    // As Go and others spell what HTML would read, and as Python spells everything beyond ASCII.
    json.replaceAll(/[&<>]/g, unitEscape),
    json.replaceAll(/[\u0080-\uffff]/g, unitEscape),
    json.replaceAll(/[&<>]|[\u0080-\uffff]/g, unitEscape),
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll(/["$`\\]/g, '\\$&'),
    value.replaceAll(/[^\w@%+=:,./-]/g, '\\$&'),
    htmlForm(value),
  ]
}

/** `\u0026`: each half of a character by itself. */
function unitEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function htmlForm(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
