import type { Diagnostic } from './diagnostic.ts'

/** A runbook's text, and how to point into it. */
export interface Source {
  /** As it is named in messages. */
  file: string
  text: string
}

/** Offsets into the text, the end excluded. */
export type Span = readonly [start: number, end: number]

export interface Finding {
  code: string
  message: string
  cure?: string | undefined
  path?: string | undefined
}

export function diagnosticAt(source: Source, [start, end]: Span, finding: Finding): Diagnostic {
  const { text } = source
  const first = text.startsWith('\u{FEFF}') ? 1 : 0
  const offset = Math.max(first, Math.min(start, text.length))
  const { start: lineStart, text: line } = lineAt(source, offset)
  const column = offset - lineStart + 1
  return {
    severity: 'error',
    code: finding.code,
    message: finding.message,
    file: source.file,
    line: countLines(text, lineStart),
    column,
    length: Math.max(1, Math.min(end - offset, line.length - column + 1)),
    source: line,
    ...(finding.path ? { path: finding.path } : {}),
    ...(finding.cure === undefined ? {} : { cure: finding.cure }),
  }
}

/** The line that an offset is on, without its end. */
export function lineAt({ text }: Source, offset: number): { start: number; text: string } {
  const newline = offset === 0 ? -1 : text.lastIndexOf('\n', offset - 1)
  // Editors do not count a byte order mark as a column.
  const start = newline === -1 && text.startsWith('\u{FEFF}') ? 1 : newline + 1
  return { start, text: lineText(text, start) }
}

export function lineNumber({ text }: Source, offset: number): number {
  return countLines(text, offset)
}

function lineText(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return (end === -1 ? text.slice(start) : text.slice(start, end)).replace(/\r$/, '')
}

function countLines(text: string, offset: number): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) count++
  return count
}
