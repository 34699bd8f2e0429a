/** How a text is set: the colours of the place it goes to, and its width. */
export interface Look {
  paint: Paint
  /** Columns. */
  width: number
}

/** Meanings, not colours. */
export interface Paint {
  strong: (text: string) => string
  faint: (text: string) => string
  good: (text: string) => string
  bad: (text: string) => string
  warn: (text: string) => string
}

const same = (text: string): string => text

/** No colour at all: files, pipes, NO_COLOR. */
export const PLAIN_PAINT: Paint = { strong: same, faint: same, good: same, bad: same, warn: same }

export const PLAIN: Look = { paint: PLAIN_PAINT, width: 80 }
