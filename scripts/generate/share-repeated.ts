import { type JsonSchema, mapChildren } from './json-schema.ts'

/** Shorter than this, in characters, a reference reads no better than what it stands for. */
const WORTH_A_NAME = 300

/**
 * What a schema says more than once stands in its `definitions`, once, under the name of the property where it was first
 * met: conditions are the same in triggers, guards, verify and bake, and an editor loads them all.
 */
export function shareRepeated({ definitions, ...root }: JsonSchema): JsonSchema {
  const times = new Map<string, number>()
  const count = (schema: JsonSchema): JsonSchema => {
    const text = JSON.stringify(schema)
    const before = times.get(text) ?? 0
    times.set(text, before + 1)
    return before > 0 ? schema : mapChildren(schema, count)
  }
  const named = new Map<string, string>()
  const shared: Record<string, JsonSchema> = {}
  const share = (schema: JsonSchema, property: string): JsonSchema => {
    const text = JSON.stringify(schema)
    const inner = (): JsonSchema => mapChildren(schema, (child, own) => share(child, own ?? property))
    if (text.length < WORTH_A_NAME || (times.get(text) ?? 0) < 2) return inner()
    const name = named.get(text) ?? freeName(property, named)
    if (!named.has(text)) {
      named.set(text, name)
      shared[name] = inner()
    }
    return { $ref: `#/definitions/${name}` }
  }
  const actions = Object.entries((definitions ?? {}) as Record<string, JsonSchema>)
  for (const schema of [root, ...actions.map(([, action]) => action)]) count(schema)
  const slim = share(root, 'runbook')
  const slimActions = Object.fromEntries(actions.map(([name, action]) => [name, share(action, name)]))
  return { ...slim, definitions: { ...slimActions, ...shared } }
}

function freeName(property: string, named: ReadonlyMap<string, string>): string {
  const taken = new Set(named.values())
  let name = property
  for (let number = 2; taken.has(name); number++) name = `${property}-${number}`
  return name
}
