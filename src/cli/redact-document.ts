import type { Json, JsonObject } from '../core/json.ts'
import { isJsonObject, redactJson } from '../core/redact-json.ts'
import { redactMembers } from '../runtime/redact-event.ts'

/** What a script tells a document by: words and numbers of ours, whatever a weak secret may be. */
const STRUCTURE = new Set(['format', 'type', 'exit', 'result', 'outcome', 'n', 'at'])

/** A document for `--json` without any secret's value, still the same kind of document. */
export function redactDocument(document: object, redact: (text: string) => string): JsonObject {
  // Through JSON, so that it is exactly what is read back.
  const plain = JSON.parse(JSON.stringify(document)) as JsonObject
  const cleaned = (member: string, value: Json): Json => {
    if (STRUCTURE.has(member)) return value
    return member === 'event' && isJsonObject(value)
      ? redactMembers(value, redact)
      : redactJson(value, redact)
  }
  return Object.fromEntries(Object.entries(plain).map(([member, value]) => [member, cleaned(member, value)]))
}
