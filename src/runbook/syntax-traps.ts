import type { YAMLError } from 'yaml'

import type { Diagnostic } from './diagnostic.ts'
import { diagnosticAt, lineAt, type Finding, type Source, type Span } from './source.ts'

// What everyday YAML mistakes look like to the parser, and the cure for each.

/** Beyond, a line was not written by hand, and looking for its trap could take long. */
const LONGEST_LINE = 2000

interface Trap {
  finding: Finding
  /** Where the cause is, when the parser noticed it elsewhere. */
  span?: Span | undefined
}

export function explainSyntax(source: Source, error: YAMLError): Diagnostic {
  const trap = explain(source, error)
  return diagnosticAt(source, trap.span ?? error.pos, trap.finding)
}

function explain(source: Source, error: YAMLError): Trap {
  const [offset] = error.pos
  return (
    bareReference(source, offset) ??
    reservedStart(source, error) ??
    swallowedByComment(source, error) ??
    deeperLine(source, error) ??
    known(error) ?? {
      finding: { code: 'yaml', message: `not valid YAML: ${lowerFirst(error.message)}` },
    }
  )
}

/** `{ url: ${vars.x} }`: the brace of the reference opens a map. */
function bareReference(source: Source, offset: number): Trap | undefined {
  const line = lineAt(source, offset)
  if (line.text.length > LONGEST_LINE) return undefined
  const match = [...line.text.matchAll(/\$\{[^{}]*\}/g)].find(
    ({ index }) => !insideQuotes(line.text.slice(0, index)),
  )
  if (match === undefined) return undefined
  // In block style a bare reference is fine: there, the mistake is another one.
  const inFlow =
    /[{[,]/.test(line.text.slice(0, match.index)) || source.text.slice(offset - 1, offset + 1) === '${'
  if (!inFlow) return undefined
  const value = surroundings(line.text, match.index, match[0].length)
  const start = line.start + value.start
  return {
    span: [start, start + value.text.length],
    finding: {
      code: 'quote-reference',
      message: `${value.text} needs quotes here: inside { } and [ ] its braces are YAML`,
      cure: `write '${value.text}'`,
    },
  }
}

/** The reference with what is glued to it: `https://${vars.host}/health`. */
function surroundings(line: string, index: number, length: number): { start: number; text: string } {
  const before = /[^\s{[,]*$/.exec(line.slice(0, index))?.[0] ?? ''
  const after = /^(?:[^\s,}\]]|\$\{[^{}]*\})*/.exec(line.slice(index + length))?.[0] ?? ''
  return {
    start: index - before.length,
    text: line.slice(index - before.length, index + length + after.length),
  }
}

function reservedStart(source: Source, error: YAMLError): Trap | undefined {
  if (error.code !== 'BAD_SCALAR_START') return undefined
  const line = lineAt(source, error.pos[0])
  const rest = line.text.slice(error.pos[0] - line.start)
  const word = /^[^,}\]#]*/.exec(rest)?.[0].trim() ?? rest
  return {
    span: [error.pos[0], error.pos[0] + word.length],
    finding: {
      code: 'quote-reserved',
      message: `text that starts with ${word.slice(0, 1)} needs quotes in YAML`,
      cure: `write ${quoted(word)}`,
    },
  }
}

/** Lines above the error in which its cause is looked for: a bracket that is not closed is noticed late. */
const LOOK_BACK = 10

/** `{ channel: #ops }`: everything from the # on is a comment, the closing brace too. */
function swallowedByComment(source: Source, error: YAMLError): Trap | undefined {
  if (error.code !== 'BAD_INDENT' && error.code !== 'MISSING_CHAR') return undefined
  let line = lineAt(source, error.pos[0])
  for (let count = 0; count < LOOK_BACK && line.text.length <= LONGEST_LINE; count++) {
    const match = /[:,[]\s+(#[^\s,}\]]+)/.exec(line.text)
    const word = match?.[1]
    if (match !== null && word !== undefined && opensFlow(line.text.slice(0, match.index + 1))) {
      const start = line.start + match.index + match[0].length - word.length
      return { span: [start, start + word.length], finding: readAsComment(word) }
    }
    if (line.start === 0) return undefined
    line = lineAt(source, line.start - 1)
  }
  return undefined
}

function opensFlow(text: string): boolean {
  const opened = text.match(/[{[]/g)?.length ?? 0
  return opened > (text.match(/[}\]]/g)?.length ?? 0) && !insideQuotes(text)
}

/** A line indented deeper than the `key: value` above goes on with that value. */
function deeperLine(source: Source, error: YAMLError): Trap | undefined {
  if (error.code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined
  const line = lineAt(source, error.pos[0])
  const next = lineAt(source, Math.min(source.text.length, line.start + line.text.length + 1))
  const rest = line.text.slice(error.pos[0] - line.start)
  if (next.start === line.start || /:(?:\s|$)/.test(rest) || !/^\s*[\w-]+:(?:\s|$)/.test(next.text))
    return undefined
  const indent = next.text.length - next.text.trimStart().length
  return {
    span: [next.start + indent, next.start + next.text.trimEnd().length],
    finding: {
      code: 'indentation',
      message: 'this line is indented deeper than the key above, which already has a value',
      cure: 'give both lines the same indentation',
    },
  }
}

export function readAsComment(word: string): Finding {
  return {
    code: 'read-as-comment',
    message: `${word} is read as a comment: a # after a space starts one`,
    cure: `write ${quoted(word)}`,
  }
}

function known(error: YAMLError): Trap | undefined {
  const finding = KNOWN[error.code]
  return finding === undefined ? undefined : { finding }
}

const KNOWN: Partial<Record<YAMLError['code'], Finding>> = {
  TAB_AS_INDENT: {
    code: 'tab',
    message: 'a tab indents this line; YAML indents with spaces only',
    cure: 'replace the tab by two spaces',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    code: 'colon-in-text',
    message: 'a colon and a space inside the text start another map',
    cure: "put the whole text in quotes: '…'",
  },
  TAG_RESOLVE_FAILED: {
    code: 'tag',
    message: 'text that starts with ! is a YAML tag, and this tag is unknown',
    cure: "quote it if it is text: '!…'",
  },
  MULTILINE_IMPLICIT_KEY: {
    code: 'key-over-lines',
    message: 'this line is read as a key that goes on over several lines',
    cure: 'a colon may be missing after the key, or the indentation is off',
  },
}

/** Whether the text ends inside a quoted string. */
function insideQuotes(text: string): boolean {
  let open = ''
  for (const character of text) {
    if (open === '' && (character === "'" || character === '"')) open = character
    else if (character === open) open = ''
  }
  return open !== ''
}

/** As a single-quoted YAML string. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
