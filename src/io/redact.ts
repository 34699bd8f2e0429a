import { type Piece, piecesOf } from './secret-url.ts'

// Takes secrets out of text by their value, in every form in which programs commonly write one.

/** Shorter values would take harmless words out of every text. */
const SHORTEST = 4
/** A line of a secret of several lines (a PEM key) is a secret of its own from this length on. */
const SHORTEST_LINE = 12
/** So much of the beginning of a secret gives it away, where a text was cut within it. */
const BEGINNING = 8
const LONGEST_BEGINNING = 4096
/** What is put where a text is cut. */
const CUT = '…'

export interface Redactor {
  /** `replacement` is what stands in its place: `$RENDER_PROD_DEPLOY_HOOK`. */
  add(secret: string, replacement: string): void
  redact(text: string): string
  /** For text that comes in pieces: holds back what could be the beginning of a secret. */
  stream(): { write(chunk: string): string; end(): string }
}

export function createRedactor(): Redactor {
  const replacements = new Map<string, string>()
  const beginnings: Beginnings = new Map()
  let pattern: RegExp | undefined
  let longest: string[] | undefined

  const forms = () => (longest ??= [...replacements.keys()].sort((a, b) => b.length - a.length))
  const compiled = () => (pattern ??= new RegExp(forms().map(escapeForPattern).join('|'), 'g'))
  const whole = (text: string) =>
    replacements.size === 0 ? text : text.replace(compiled(), (form) => replacements.get(form) ?? '')
  const redact = (text: string) => withoutBeginnings(whole(text), beginnings, true)

  return {
    add(secret, replacement) {
      for (const [form, tells] of formsOf(secret)) {
        if (replacements.has(form)) continue
        replacements.set(form, replacement)
        if (form.length <= BEGINNING) continue
        const start = form.slice(0, BEGINNING)
        const alike = beginnings.get(start) ?? []
        beginnings.set(start, [...alike, { text: form, tells, replacement }])
      }
      pattern = undefined
      longest = undefined
    },
    redact,
    stream() {
      let held = ''
      return {
        write(chunk) {
          held += chunk
          const cut = replacements.size === 0 ? held.length : safeLength(held, forms(), compiled())
          // What could go on as a secret is held back: this text does not end here.
          const ready = withoutBeginnings(whole(held.slice(0, cut)), beginnings, false)
          held = held.slice(cut)
          return ready
        },
        end() {
          const rest = redact(held)
          held = ''
          return rest
        },
      }
    },
  }
}

/** How much of the text can be let go: up to the first tail that may go on as a secret, never through a found one. */
function safeLength(text: string, forms: readonly string[], pattern: RegExp): number {
  const from = Math.max(0, text.length - (forms[0]?.length ?? 1) + 1)
  let cut = text.length
  for (let start = from; start < text.length; start++) {
    const tail = text.slice(start)
    if (forms.some((form) => form.length > tail.length && form.startsWith(tail))) {
      cut = start
      break
    }
  }
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length
    if (match.index < cut && cut < end) cut = end
  }
  return cut
}

interface Beginning extends Piece {
  replacement: string
}

/** By their first characters: most texts hold none of them, and that is seen at once. */
type Beginnings = Map<string, Beginning[]>

/** Takes out what stands before a cut, or at the end, and is the beginning of a form. */
function withoutBeginnings(text: string, known: Beginnings, ends: boolean): string {
  if (known.size === 0) return text
  const parts = text.split(CUT)
  const last = parts.length - 1
  return parts
    .map((part, at) => (at < last || ends ? withoutBeginning(part, known, at < last) : part))
    .join(CUT)
}

function withoutBeginning(part: string, known: Beginnings, cut: boolean): string {
  const from = Math.max(0, part.length - LONGEST_BEGINNING)
  for (let start = from; start <= part.length - BEGINNING; start++) {
    const alike = known.get(part.slice(start, start + BEGINNING))
    if (alike === undefined) continue
    const tail = part.slice(start)
    // At an end that is no cut a word is only a word, such as the "production" of a password that begins with it.
    if (!cut && /^[a-z-]+$/.test(tail)) continue
    const found = alike.find(({ text, tells }) => tail.length >= tells && text.startsWith(tail))
    if (found !== undefined) return `${part.slice(0, start)}${found.replacement}`
  }
  return part
}

/** Every form, and from which length on its beginning tells something. */
function formsOf(secret: string): Map<string, number> {
  const forms = new Map<string, number>()
  for (const { text, tells } of valuesOf(secret)) {
    if (text.length < SHORTEST) continue
    for (const form of [text, ...urlForms(text), ...base64Forms(text), ...quotedForms(text)]) {
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

function escapeForPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
