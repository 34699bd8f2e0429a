// Text of others, made harmless for a terminal: nothing in it can move a cursor, turn the reading around, or hide.

/**
 * Control (C0, DEL, C1), format (direction, zero width, soft hyphen, byte order mark), private and lone halves of
 * characters; separators of lines and paragraphs; letters without a shape; and the plane of tags and of variation
 * selectors from U+E0000 on, which spells hidden text.
 */
const HIDDEN =
  /[\u{34f}\p{Cc}\p{Cf}\p{Co}\p{Cs}\u{2028}\u{2029}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{e0000}-\u{e0fff}]/gu

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const ESCAPES = /\u{1b}(?:\[[0-?]*[ -/]*[@-~]|\][^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\)|[@-Z\\-_])/gu

/** For what has to be seen as it is: each hidden character spelled, `\u{1b}`, but for those in `kept`. */
export function spelledOut(text: string, kept = ''): string {
  return text.replaceAll(HIDDEN, (character) =>
    kept.includes(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** For an excerpt: on one line, without hidden characters and colours, and not longer than `longest`. */
export function printable(text: string, longest = 200): string {
  const most = longest * 8
  // That it was cut has to be seen wherever it is: what stands there may be the beginning of a secret.
  const line = (text.length > most ? `${text.slice(0, most)}…` : text)
    .replaceAll(ESCAPES, '')
    .replaceAll(HIDDEN, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
