import { isPlainObject } from './json.ts'

// `${…}` in the values of a runbook: into single values only, never into structure.

/** `${namespace.path}`; `$${` stands for a literal `${`. No brace inside: a text full of `${` must not take long. */
const REFERENCE = /\$\$\{|\$\{([^{}]*)\}/g

export interface Reference {
  /** As written between the braces, trimmed: `target.sha`. */
  name: string
  /** Where it starts in the text. */
  offset: number
}

/** A value for a name; undefined leaves the reference as it stands. */
export type Lookup = (name: string) => string | undefined

export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].flatMap((match) =>
    match[1] === undefined ? [] : [{ name: match[1].trim(), offset: match.index }],
  )
}

/** Every reference in every string of the value. */
export function referencesWithin(value: unknown): Reference[] {
  if (typeof value === 'string') return referencesIn(value)
  if (Array.isArray(value)) return value.flatMap(referencesWithin)
  return isPlainObject(value) ? Object.values(value).flatMap(referencesWithin) : []
}

/** Puts values in place of references in every string; keys are left alone. `$${` is unescaped only by the last pass. */
export function fill<T>(value: T, lookup: Lookup, pass: 'early' | 'last' = 'early'): T {
  return filled(value, lookup, pass) as T
}

function filled(value: unknown, lookup: Lookup, pass: 'early' | 'last'): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(REFERENCE, (whole, name: string | undefined) => {
      if (name === undefined) return pass === 'last' ? '${' : whole
      return lookup(name.trim()) ?? whole
    })
  }
  if (Array.isArray(value)) return value.map((member) => filled(member, lookup, pass))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member, lookup, pass)]))
}

/** A lookup in `prefix.key` form over a flat record. */
export function namespace(prefix: string, values: Record<string, string | undefined>): Lookup {
  return (name) => {
    if (!name.startsWith(`${prefix}.`)) return undefined
    const key = name.slice(prefix.length + 1)
    return Object.hasOwn(values, key) ? values[key] : undefined
  }
}

/** The first of the lookups that knows the name. */
export function anyOf(...lookups: Lookup[]): Lookup {
  return (name) => {
    for (const lookup of lookups) {
      const value = lookup(name)
      if (value !== undefined) return value
    }
    return undefined
  }
}
