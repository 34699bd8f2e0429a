import { isPlainObject } from '../../core/json.ts'
import { printable } from '../../core/printable.ts'

// `$.commit`, `$.deploys[0].id`, `$["odd name"]`: members and places only. Anything more would be a query, and
// a query that matches nothing looks like an answer.

export type JsonPath = readonly (string | number)[]

const STEP = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\["((?:[^"\\]|\\["\\])*)"\]|\['((?:[^'\\]|\\['\\])*)'\]/y

/** Returns what is wrong as a sentence. */
export function parseJsonPath(text: string): JsonPath | string {
  if (!text.startsWith('$')) return 'is not a path: begin with $, such as $.commit'
  const path: (string | number)[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex
    const match = STEP.exec(text)
    if (match === null) {
      const rest = text.slice(at, at + 12)
      return `is not understood from "${rest}" on: write members as .name or ["name"], places as [0]`
    }
    const [, member, place, double, single] = match
    path.push(place === undefined ? (member ?? unescape(double ?? single ?? '')) : Number(place))
  }
  return path
}

/** The value there, or what was found instead, in words. */
export function valueAt(
  json: unknown,
  path: JsonPath,
  what = 'the answer',
): { value: unknown } | { missing: string } {
  let value = json
  for (const [index, step] of path.entries()) {
    const here = index === 0 ? what : spell(path.slice(0, index))
    if (typeof step === 'number' && Array.isArray(value)) {
      if (step >= value.length) return { missing: `${here} has only ${value.length} elements` }
      value = value[step]
    } else if (typeof step === 'string' && isPlainObject(value)) {
      if (!Object.hasOwn(value, step)) return { missing: `${here} has no "${step}"${has(value)}` }
      value = value[step]
    } else {
      return {
        missing: `${here} is ${kindOf(value)}, not ${typeof step === 'number' ? 'a list' : 'an object'}`,
      }
    }
  }
  return { value }
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function has(object: Record<string, unknown>): string {
  const keys = Object.keys(object)
  return keys.length === 0 ? '' : `; it has ${printable(keys.slice(0, 8).join(', '), 80)}`
}

function spell(path: JsonPath): string {
  return `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : /^[A-Za-z_$][\w$-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`)).join('')}`
}

function unescape(text: string): string {
  return text.replaceAll(/\\(["'\\])/g, '$1')
}
