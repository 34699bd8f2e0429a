import { stripVTControlCharacters } from 'node:util'

import type { Look } from './look.ts'

/** What is copied in one piece: `what stands in backticks`, and an option with its value. */
const WHOLE = /`[^`]{1,300}`|--[a-z][a-z-]* \S+/g
/** Stands for a space that no line is broken at. */
const GLUE = '\u{f8ff}'

/** Beside a longer prefix there is no room for a text: it begins below. */
const LEAST_ROOM = 20
const BELOW = 6

/**
 * Breaks at spaces so that no line is wider than `width`, and none but the first than `further`; a longer word (a
 * digest, a URL) and what is copied in one piece stay whole.
 */
export function wrap(text: string, width: number, further = width): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of unbroken(text)) {
    const room = lines.length === 0 ? width : further
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line.trimEnd())
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function unbroken(text: string): string[] {
  return text
    .replaceAll(WHOLE, (whole) => whole.replaceAll(' ', GLUE))
    .split(' ')
    .map((word) => word.replaceAll(GLUE, ' '))
}

/** A text after a prefix; further lines start below the first word, or at the given column. */
export function hanging(prefix: string, text: string, look: Look, column = widthOf(prefix)): string[] {
  const room = look.width - widthOf(prefix)
  if (room < LEAST_ROOM && room < widthOf(text) && prefix.trim() !== '') {
    const indent = ' '.repeat(Math.min(column, BELOW))
    return [prefix.trimEnd(), ...hanging(indent, text, look)]
  }
  const indent = ' '.repeat(column)
  const further = Math.max(LEAST_ROOM, look.width - column)
  return wrap(text, Math.max(LEAST_ROOM, room), further).map(
    (line, index) => (index === 0 ? prefix : indent) + line,
  )
}

/** `Target   v1.4.2`: names in one column, values in the next. Entries without a value are left out. */
export function facts(entries: [name: string, value: string | undefined][], look: Look): string[] {
  const present = entries.filter((entry): entry is [string, string] => entry[1] !== undefined)
  const width = Math.max(0, ...present.map(([name]) => name.length)) + 2
  return present.flatMap(([name, value]) => hanging(look.paint.faint(name) + pad(name, width), value, look))
}

/** The last column of a table goes on below itself, where it has at least so much room. */
const LEAST_LAST = 24

/** Columns with a head; where the place is too narrow for them, each row is set by `narrow`. */
export function table(
  head: string[],
  rows: string[][],
  look: Look,
  narrow: (row: string[]) => string[] = (row) => joined(row, look),
): string[] {
  const widths = head.map((title, column) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ''))),
  )
  const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 2)
  const fits = fixed + (widths.at(-1) ?? 0) <= look.width
  if (!fits && look.width - fixed < LEAST_LAST) return rows.flatMap(narrow)
  const set = (row: string[]): string[] => {
    const first = row.slice(0, -1).map((cell, column) => cell + pad(cell, (widths[column] ?? 0) + 2))
    return hanging(`  ${first.join('')}`, row.at(-1) ?? '', look).map((line) => line.trimEnd())
  }
  return [...set(head).map(look.paint.faint), ...rows.flatMap(set)]
}

function joined(row: string[], look: Look): string[] {
  return hanging('  ', row.filter((cell) => cell !== '').join('  '), look, 6)
}

/** A change where a table does not fit: its name, and below it from and to. */
export function narrowChange(name: string, change: string, look: Look): string[] {
  return [...hanging('  ', name, look, 4), ...hanging('      ', change, look)]
}

export function heading(title: string, look: Look): string {
  return wrap(look.paint.strong(title), look.width).join('\n')
}

/** Sections with a blank line between them; empty ones are left out. */
export function sections(parts: string[][]): string {
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')
}

/** At most so many columns, with an ellipsis where something is missing. Not for coloured text. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text)
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`
}

function pad(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Columns that it takes on a terminal, colours not counted. */
function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length
}
