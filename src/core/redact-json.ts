import type { Json, JsonObject } from './json.ts'

// Secrets are taken out of the leaves of a document, before it is spelled: `true` or `1000` may be somebody's secret,
// and to replace it in the spelling would leave something that nobody can read back.

/** Every string and every member's name redacted; a number that is a secret becomes text. */
export function redactJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') {
    const text = String(value)
    const clean = redact(text)
    return clean === text ? value : clean
  }
  if (Array.isArray(value)) return value.map((member) => redactJson(member, redact))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redact(key), redactJson(member, redact)]),
  )
}

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
