// oxlint-disable-next-line no-control-regex -- they are what is looked for
const ESCAPES = /\u{1b}(?:\[[0-?]*[ -/]*[@-~]|\][^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\)|[@-Z\\-_])/gu
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu

/** Somebody else's text on one line, without anything that could move a cursor, and not longer than `longest`. */
export function printable(text: string, longest = 200): string {
  const line = text
    .slice(0, longest * 8)
    .replaceAll(ESCAPES, '')
    .replaceAll(HIDDEN, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
