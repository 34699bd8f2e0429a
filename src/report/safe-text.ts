import { spelledOut } from '../core/printable.ts'

// What platforms, commands and people wrote is printed as text only: no cursor movement, no colour, no reversed reading.

/** Text of several lines; `\n` and tabs stay. */
export function safeText(text: string): string {
  return spelledOut(text.replaceAll('\r\n', '\n'), '\n\t')
}

/** Text that must stay on its line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', ' ')
}

/** For reading, not for copying: whole commit SHAs and digests are cut to what people compare. */
export function brief(text: string): string {
  return safeLine(text)
    .replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, 'sha256:$1')
    .replaceAll(/(?<![0-9a-f:])([0-9a-f]{7})[0-9a-f]{33}(?![0-9a-f])/g, '$1')
}
