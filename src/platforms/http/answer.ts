import type { HttpResponse } from '../../core/doors.ts'
import type { SampleValue } from '../../core/source.ts'
import { parseJson as parsed } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { kindOf, parseJsonPath, valueAt } from './json-path.ts'

// One value out of an answer, or in words what is there instead.

export type Selected =
  | { value: SampleValue }
  /** `unreadable`: it is not even JSON, such as the login page of a proxy, and says nothing. */
  | { failing: string; unreadable?: true }

/** `what` it is that was read, for messages. */
export function scalarAt(text: string, response: Pick<HttpResponse, 'body'>, what = 'the answer'): Selected {
  const path = parseJsonPath(text)
  if (typeof path === 'string') return { failing: `${text} ${path}` }
  const parsed = parseJson(response, what)
  if ('failing' in parsed) return parsed
  const found = valueAt(parsed.json, path, what)
  if ('missing' in found) return { failing: found.missing }
  const { value } = found
  if (typeof value === 'string') return { value: clean(value) }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { value }
  return { failing: `${text} is ${kindOf(value)}, not a single value` }
}

function parseJson(
  response: Pick<HttpResponse, 'body'>,
  what: string,
): { json: unknown } | { failing: string; unreadable: true } {
  const text = new TextDecoder().decode(response.body)
  const json = parsed(text)
  if (json !== undefined) return { json }
  // The parser's message quotes the text in its own way; ours is bounded and printable.
  const found = printable(text, 60)
  return { failing: `${what} is not JSON: ${found === '' ? 'it is empty' : found}`, unreadable: true }
}

/** The values come from a server and end up on a terminal. */
export function clean(text: string): string {
  return printable(text, 500)
}

export function shown(value: SampleValue): string {
  return typeof value === 'string' ? `"${printable(value, 60)}"` : String(value)
}
