import { spelledOut } from '../core/printable.ts'

/** One mistake in a runbook: where it is, what is wrong, and what to do about it. Plain data: this is its JSON form. */
export interface Diagnostic {
  severity: 'error'
  /** Stable and greppable, such as `unknown-key`. */
  code: string
  message: string
  file: string
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units, as editors count. */
  column: number
  /** Length of the offending text on that line, in UTF-16 units. */
  length: number
  /** The whole line, as it stands in the file. */
  source: string
  /** Where it is in the document: `procedures.retag.steps[0].with.tag`. */
  path?: string | undefined
  cure?: string | undefined
}

/** Columns of a source line that are shown at most. */
const WIDTH = 110

/** Plain text, several lines, without a newline at the end. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, cure } = diagnostic
  const gutter = String(line).padStart(6)
  const { text, before, marked } = excerpt(diagnostic)
  const lines = [
    `${spelledOut(file)}:${line}:${column}  ${severity}  ${spelledOut(message)}`,
    `${gutter} | ${text}`.trimEnd(),
    `${' '.repeat(gutter.length)} | ${' '.repeat(before)}${'^'.repeat(marked)}`,
  ]
  if (cure !== undefined) lines.push(`  ${spelledOut(cure)}`)
  return lines.join('\n')
}

/** The part of the line around the mistake, and where the carets go, in columns. */
function excerpt({ source, column, length }: Diagnostic): { text: string; before: number; marked: number } {
  const start = Math.min(column - 1, source.length)
  const from = start > WIDTH - 30 ? start - 30 : 0
  const lead = (from > 0 ? '...' : '') + shown(source.slice(from, start))
  const offending = shown(source.slice(start, Math.min(start + length, from + WIDTH)))
  const rest = shown(source.slice(start + length, from + WIDTH))
  const tail = source.length > from + WIDTH ? '...' : ''
  return { text: lead + offending + rest + tail, before: width(lead), marked: Math.max(1, width(offending)) }
}

function shown(text: string): string {
  return spelledOut(text.replaceAll('\t', '→'))
}

function width(text: string): number {
  return Array.from(text).length
}
