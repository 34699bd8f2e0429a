import type * as z from 'zod/mini'

import type { Schema } from '../core/schema.ts'
import { referencesIn } from '../core/template.ts'
import type { Filled } from './filled.ts'
import { explainIssue, issueWords } from './issues.ts'
import { asPath, setAt, valueAt, type Path } from './path.ts'
import type { Report } from './report.ts'

type Issue = z.core.$ZodIssue

/**
 * Checks the part of the document at `base` against a schema, and reports what is wrong at its place.
 * What is bound late cannot be judged yet and passes. Text that stands for a number or a truth value
 * (`'${vars.port}'`) becomes one where the schema wants it.
 */
export function validate<T>(schema: Schema<T>, document: Filled, base: Path, report: Report): T | undefined {
  const first = parse(schema, document, base)
  const second = first.issues.some((issue) => convert(document, [...base, ...asPath(issue.path)], issue))
    ? parse(schema, document, base)
    : first
  for (const issue of second.issues) explainIssue(issue, document, base, report)
  return second.data
}

function parse<T>(
  schema: Schema<T>,
  document: Filled,
  base: Path,
): { data?: T | undefined; issues: Issue[] } {
  const result = schema.safeParse(valueAt(document.filled, base), { error: issueWords, reportInput: false })
  if (result.success) return { data: result.data, issues: [] }
  return { issues: result.error.issues.flatMap((issue) => settled(issue, document.filled, base)) }
}

/** The issue, reduced to what can be said before late binding; nothing when that explains it. */
function settled(issue: Issue, filled: unknown, base: Path): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    const late = isLate(valueAt(filled, [...base, ...asPath(issue.path)]))
    return late && !wantsStructure(issue) ? [] : [issue]
  }
  const inside = [...base, ...asPath(issue.path)]
  const branches = issue.errors.map((errors) => errors.flatMap((one) => settled(one, filled, inside)))
  if (branches.some((branch) => branch.length === 0)) return []
  const meant = meantBranch(branches)
  if (meant === undefined) return [issue]
  return meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
}

/** The alternative that the author went for: the only one whose kind of value fits. */
function meantBranch(branches: Issue[][]): Issue[] | undefined {
  const fitting = branches.filter((branch) =>
    branch.every((one) => one.code !== 'invalid_type' || one.path.length > 0),
  )
  return fitting.toSorted((a, b) => a.length - b.length)[0]
}

/** A map or a list, which what is bound late can never become. */
function wantsStructure(issue: Issue): boolean {
  return issue.code === 'invalid_type' && ['object', 'record', 'array', 'tuple'].includes(issue.expected)
}

function isLate(value: unknown): boolean {
  return typeof value === 'string' && referencesIn(value).length > 0
}

function convert(document: Filled, path: Path, issue: Issue): boolean {
  const value = valueAt(document.filled, path)
  const raw = valueAt(document.raw, path)
  if (issue.code !== 'invalid_type' || typeof value !== 'string' || !isLate(raw)) return false
  const converted = converterOf(issue.expected)?.(value)
  if (converted === undefined) return false
  setAt(document.filled, path, converted)
  return true
}

function converterOf(expected: string): ((text: string) => number | boolean | undefined) | undefined {
  if (expected === 'boolean') return (text) => (text === 'true' ? true : text === 'false' ? false : undefined)
  if (expected !== 'number' && expected !== 'int') return undefined
  return (text) => (String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : undefined)
}
