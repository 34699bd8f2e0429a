import { isPlainObject } from '../core/json.ts'

// Reading a document that may still be wrong anywhere, so that one mistake does not hide the others.

export function asMap(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {}
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
