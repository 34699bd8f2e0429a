import { BEGINNING, formsOf } from './secret-forms.ts'
import type { Piece } from './secret-url.ts'

// Takes secrets out of text by their value, in every form in which programs commonly write one.

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

function escapeForPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
