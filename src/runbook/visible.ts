// Text of others, made harmless for a terminal: nothing in it can move the cursor, reorder or hide what follows.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu

/** The text with control, bidirectional and other invisible characters spelled out: `\u{1b}`. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
