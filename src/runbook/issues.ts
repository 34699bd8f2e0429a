import type * as z from 'zod/mini'

import type { Filled } from './filled.ts'
import { suggestion } from './nearest.ts'
import { asPath, valueAt, type Path } from './path.ts'
import type { Report } from './report.ts'
import type { Finding } from './source.ts'
import { quoted, readAsComment } from './syntax-traps.ts'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue

/**
 * Our words for zod's issues. Where a schema has words of its own, those are taken instead.
 * For an unknown key it is the known ones, one a line: an issue carries nothing else out of the schema.
 */
export function issueWords(issue: RawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return knownKeys(issue).join('\n')
    case 'invalid_type':
      return `wants ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `must ${amount(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${amount(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_format':
      return issue.pattern === undefined ? `is not a valid ${issue.format}` : `must match ${issue.pattern}`
    case 'invalid_union':
      return 'has a kind of value that is not possible here'
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a possible name'
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_element':
    case 'custom':
    default:
      return 'is not valid'
  }
}

function knownKeys(issue: RawIssue): string[] {
  const definition = issue.inst?._zod.def as { shape?: Record<string, unknown> } | undefined
  return Object.keys(definition?.shape ?? {})
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`
  if (origin === 'array' || origin === 'set')
    return `have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  return `be ${bound} ${limit}`
}

export function explainIssue(issue: Issue, document: Filled, base: Path, report: Report): void {
  const path = [...base, ...asPath(issue.path)]
  if (issue.code === 'unrecognized_keys')
    return explainKeys(issue.keys, issue.message.split('\n'), path, report)
  const value = valueAt(document.filled, path)
  const label = labelOf(path)
  if (value === undefined && path.length > 0) {
    return report.value(path, { code: 'missing-key', message: `${label} is missing`, cure: 'add it' })
  }
  if (issue.code === 'invalid_key') {
    return report.key(path, { code: 'invalid-name', message: `"${path.at(-1)}": ${issue.message}` })
  }
  const trap =
    issue.code === 'invalid_type' || issue.code === 'invalid_union'
      ? typeTrap(issue, value, path, report)
      : undefined
  if (trap !== undefined) return report.value(path, trap)
  report.value(path, {
    code: 'invalid-value',
    message: `${label} ${wants(issue)}${found(value, document, path, issue)}`,
  })
}

function explainKeys(keys: string[], known: string[], path: Path, report: Report): void {
  for (const key of keys) {
    if (report.full()) return
    report.key([...path, key], {
      code: 'unknown-key',
      message: `unknown key "${key}"`,
      cure: suggestion(key, known.filter(Boolean), 'known keys'),
    })
  }
}

/** `"tag"`, or `must[1]` in a list. */
function labelOf(path: Path): string {
  const index = path.findLastIndex((part) => typeof part === 'string')
  const key = path[index] === undefined ? 'the runbook' : `"${path[index]}"`
  const places = path.slice(index + 1).map((place) => Number(place) + 1)
  return places.length === 0 ? key : `entry ${places.join('.')} of ${key}`
}

function found(value: unknown, document: Filled, path: Path, issue: Issue): string {
  const raw = valueAt(document.raw, path)
  if (typeof value === 'string' && raw !== value)
    return `: ${JSON.stringify(raw)} is ${JSON.stringify(value)} here`
  return issue.code === 'invalid_type' || issue.code === 'invalid_union'
    ? `, but this is ${kindOf(value)}`
    : ''
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 60))}`
  return typeof value === 'number' ? `the number ${value}` : JSON.stringify(value)
}

/** Keys whose value is a duration, in the runbook and by convention in options. */
const DURATIONS = new Set(
  'deadline takes every within timeout backoff decide execute verify interval wait for settle failing_for absent_for unchanged_for over rollback_after window offset before_deployment long short expires'.split(
    ' ',
  ),
)

/** Values that YAML reads as another kind than the author meant. */
function typeTrap(issue: Issue, value: unknown, path: Path, report: Report): Finding | undefined {
  const label = labelOf(path)
  if (value === null) return emptyValue(label, path, report)
  const wanted = expectations(issue)
  if ((typeof value === 'number' || typeof value === 'boolean') && wanted.includes('string')) {
    const written = report.written(path)
    if (DURATIONS.has(String(path.at(-1))))
      return {
        code: 'duration-unit',
        message: `${label} is a duration, but ${written} has no unit`,
        cure: `write ${written}s for seconds, ${written}m for minutes`,
      }
    return {
      code: 'quote-text',
      message: `${label} wants text, but ${written} is read as ${typeof value === 'number' ? 'a number' : 'true or false'}`,
      cure: `quote it: ${quoted(written)}`,
    }
  }
  if (typeof value !== 'string') return undefined
  const plain = unquotedForm(value, wanted)
  if (plain === undefined) return undefined
  return {
    code: 'invalid-value',
    message: `${label} ${wants(issue)}, but this is the text ${JSON.stringify(value)}`,
    cure: `write ${plain}`,
  }
}

function emptyValue(label: string, path: Path, report: Report): Finding {
  const comment = /^\s*:?\s+(#[^\s,}\]]+)/.exec(report.restOfLine(path))?.[1]
  if (comment !== undefined) return readAsComment(comment)
  return { code: 'empty-value', message: `${label} is empty`, cure: 'give it a value, or remove the key' }
}

function expectations(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected]
  if (issue.code === 'invalid_union')
    return issue.errors
      .flat()
      .filter((one) => one.path.length === 0)
      .flatMap(expectations)
  return []
}

/** What the issue says, with the possible kinds where there are several. */
function wants(issue: Issue): string {
  const kinds =
    issue.code === 'invalid_union' ? new Set(expectations(issue).map((kind) => KINDS[kind] ?? kind)) : []
  return [...kinds].length > 0 ? `wants ${[...kinds].join(' or ')}` : issue.message
}

function unquotedForm(value: string, wanted: string[]): string | undefined {
  if (wanted.includes('boolean')) {
    if (/^(?:yes|on|true)$/i.test(value)) return 'true'
    if (/^(?:no|off|false)$/i.test(value)) return 'false'
  }
  if ((wanted.includes('number') || wanted.includes('int')) && /^-?\d+(?:\.\d+)?$/.test(value))
    return `${value}, without quotes`
  return undefined
}
