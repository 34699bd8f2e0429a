import type { Action } from '../../src/core/contract.ts'
import type { Platforms } from '../../src/runbook/options.ts'
import { toJsonSchema, type JsonSchema } from './json-schema.ts'
import { GENERATED, table } from './markdown.ts'

/** The reference of every action and source, from the registry. */
export async function renderActions(platforms: Platforms): Promise<string> {
  const sections = ['# Actions and sources', GENERATED]
  for (const platform of Object.values(platforms)) {
    sections.push(`## ${platform.name}`, platform.summary)
    for (const [name, { load }] of Object.entries(platform.actions))
      sections.push(...renderAction(`${platform.name}.${name}`, await load()))
    for (const [name, { load }] of Object.entries(platform.sources ?? {})) {
      const source = await load()
      sections.push(`### Source \`${name}\``, source.summary, optionsTable(toJsonSchema(source.options)))
    }
  }
  return `${sections.join('\n\n')}\n`
}

function renderAction(name: string, action: Action): string[] {
  return [
    `### \`${name}\``,
    action.summary,
    [`- ${KINDS[action.kind]}`, ...facts(action).map((fact) => `- ${fact}`)].join('\n'),
    optionsTable(toJsonSchema(action.options)),
  ]
}

const KINDS: Record<Action['kind'], string> = {
  set: 'a *set*: it has a state that can be observed and put back',
  call: 'a *call*: it has no state of its own',
  gate: 'a *gate*: a recorded answer of a person',
}

function facts(action: Action): string[] {
  if (action.kind !== 'set') return []
  const { compareAndSet, window } = action.facts
  return [
    compareAndSet === false ? 'no compare-and-set on the platform' : `compare-and-set: ${compareAndSet}`,
    ...(window === undefined ? [] : [`window: ${window}`]),
  ]
}

function optionsTable(schema: JsonSchema): string {
  const shapes = alternatives(schema)
  return shapes.map((shape) => optionRows(shape)).join('\n\n')
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const several = schema.anyOf ?? schema.oneOf
  return Array.isArray(several) ? (several as JsonSchema[]) : [schema]
}

function optionRows(schema: JsonSchema): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
  if (properties.length === 0) return 'It takes no options.'
  const required = new Set((schema.required ?? []) as string[])
  const rows = properties.map(([name, option]) => [
    `\`${name}\``,
    typeText(option),
    required.has(name)
      ? 'required'
      : option.default === undefined
        ? ''
        : `\`${JSON.stringify(option.default)}\``,
    typeof option.description === 'string' ? option.description : '',
  ])
  return table(['option', 'type', 'default', 'description'], rows)
}

function typeText(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  const several = schema.anyOf ?? schema.oneOf
  if (Array.isArray(several)) return [...new Set((several as JsonSchema[]).map(typeText))].join(' or ')
  if (schema.type === 'array') return `list of ${typeText((schema.items ?? {}) as JsonSchema)}`
  if (schema.type === 'object') return objectText(schema)
  return TYPES[String(schema.type)] ?? 'any value'
}

function objectText(schema: JsonSchema): string {
  const keys = Object.keys(schema.properties ?? {})
  return keys.length === 0 ? 'map' : `map of ${keys.map((key) => `\`${key}\``).join(', ')}`
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
}
