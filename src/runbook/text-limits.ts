import type { Diagnostic } from './diagnostic.ts'
import { diagnosticAt, type Source } from './source.ts'

/** A runbook is read by people: longer is a mistake, and flat maps of this size still load at once. */
const LARGEST = 256 * 1024

// Bidirectional controls make a line read differently from what is parsed; U+E000 and U+E001 mark secrets inside.
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ue000\ue001\ufeff\ufffe\uffff]|\p{Cs}/u

/** Refuses a text that is too long, or that holds characters nobody sees. */
export function checkText(source: Source): Diagnostic | undefined {
  const size = Buffer.byteLength(source.text)
  if (size > LARGEST)
    return diagnosticAt(source, [0, 0], {
      code: 'too-large',
      message: `the file has ${Math.ceil(size / 1024)} KB; a runbook has at most ${LARGEST / 1024} KB`,
      cure: 'split it into one runbook per service',
    })
  const offset = forbiddenAt(source.text.startsWith('\u{FEFF}') ? ` ${source.text.slice(1)}` : source.text)
  if (offset === -1) return undefined
  return diagnosticAt(source, [offset, offset + 1], {
    code: 'control-character',
    message: `the invisible character ${codePoint(source.text, offset)} is not allowed`,
    cure: 'delete it',
  })
}

/** Where the first forbidden character is, or -1. Tabs and line ends are fine. */
export function forbiddenAt(text: string): number {
  return text.search(FORBIDDEN)
}

export function codePoint(text: string, offset: number): string {
  return `U+${(text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
