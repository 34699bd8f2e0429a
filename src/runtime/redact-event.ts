import type { RunEvent } from '../core/run/events.ts'
import type { JsonObject } from '../core/json.ts'
import { isJsonObject, redactJson } from '../core/redact-json.ts'

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
  'severity',
  'judged',
  'kind',
  'id',
  'undoOf',
  'seal',
  'applied',
  'program',
  'code',
  // Which process a child is, and where.
  'started',
  'host',
  // Of a doubt: `done` or `again`.
  'answer',
])

/** The event without any secret's value, still an event. */
export function redactEvent(event: RunEvent, redact: (text: string) => string): RunEvent {
  // Through JSON, so that it is exactly what is read back.
  const plain = JSON.parse(JSON.stringify(event)) as JsonObject
  return redactMembers(plain, redact) as unknown as RunEvent
}

/** An event as JSON. */
export function redactMembers(object: JsonObject, redact: (text: string) => string): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (STRUCTURE.has(key) && typeof value === 'string') return [key, value]
      // Whatever a platform gives as its receipt has names of its own.
      if (key === 'receipt') return [key, redactJson(value, redact)]
      if ((key === 'failure' || key === 'decision') && isJsonObject(value))
        return [key, redactMembers(value, redact)]
      if (key === 'triggers' && Array.isArray(value))
        return [key, value.map((one) => (isJsonObject(one) ? redactMembers(one, redact) : one))]
      // Times, numbers of attempts, exit codes.
      if (typeof value === 'number') return [key, value]
      return [key, redactJson(value, redact)]
    }),
  )
}
