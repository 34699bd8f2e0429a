// What platforms, commands and people wrote is printed as text only: no cursor movement, no colour, no reversed reading.

/** Control characters (C0, DEL, C1), marks of direction, and marks that are not visible. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- finding them is the point
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text of several lines; `\n` and tabs stay. */
export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNSAFE, spelled)
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

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
