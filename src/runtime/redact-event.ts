import type { RunEvent } from '../core/run/events.ts'
import type { Json, JsonObject } from '../core/json.ts'

/**
 * Members by which a run is put together again: they are from the sealed plan, which holds no secret, or one of a few
 * known words. A weak secret such as `image` or `unknown` must not turn them into something else.
 */
const STRUCTURE = new Set([
  'type',
  'step',
  'effect',
  'use',
  'phase',
  'result',
  'progress',
  'verdict',
  'role',
  'kind',
  'id',
  'undoOf',
  'seal',
  'applied',
  'code',
])

/** The event without any secret's value, still an event. */
export function redactEvent(event: RunEvent, redact: (text: string) => string): RunEvent {
  // Through JSON, so that it is exactly what is read back.
  const plain = JSON.parse(JSON.stringify(event)) as JsonObject
  return members(plain, redact, STRUCTURE) as unknown as RunEvent
}

function members(object: JsonObject, redact: (text: string) => string, kept: Set<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (kept.has(key) && typeof value === 'string') return [key, value]
      // Whatever a platform gives as its receipt has names of its own.
      if (key === 'receipt') return [key, cleaned(value, redact)]
      if (key === 'failure' && isObject(value)) return [key, members(value, redact, kept)]
      // Times, numbers of attempts, exit codes.
      if (typeof value === 'number') return [key, value]
      return [key, cleaned(value, redact)]
    }),
  )
}

function cleaned(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') {
    const text = String(value)
    const clean = redact(text)
    return clean === text ? value : clean
  }
  if (Array.isArray(value)) return value.map((member) => cleaned(member, redact))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redact(key), cleaned(member, redact)]),
  )
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
