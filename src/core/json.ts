/** Plain data: what plans, journals and states are made of. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export type JsonObject = { [key: string]: Json }

/** One spelling for equal data: keys sorted at every depth, `undefined` members left out. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) => (isPlainObject(member) ? sorted(member) : member)) ??
    'null'
  )
}

/** `sha256:<hex>` over the canonical spelling. */
export function digestOf(value: unknown): string {
  return sha256(canonical(value))
}

/** `sha256:<hex>` over bytes or UTF-8 text. */
export function sha256(bytes: string | Uint8Array): string {
  // Not an import: most of those who compare JSON never hash, and loading it takes milliseconds.
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function sameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
