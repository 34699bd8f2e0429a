import { z } from 'zod'

export type JsonSchema = { [key: string]: unknown }

const TEMPLATE: JsonSchema = { type: 'string', pattern: '\\$\\{[^{}]+\\}' }

/** What a zod schema accepts as input, as JSON Schema draft 7: the one that editors know best. */
export function toJsonSchema(schema: z.core.$ZodType): JsonSchema {
  const {
    $schema: _,
    definitions: __,
    ...rest
  } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  })
  return withoutRecursion(rest)
}

/** Only `z.json()` refers to itself: any value. Its definition would be lost where this schema is put into another. */
function withoutRecursion(schema: JsonSchema): JsonSchema {
  return typeof schema.$ref === 'string' ? {} : mapChildren(schema, (child) => withoutRecursion(child))
}

/** Every leaf that is more than any text also accepts a text with a `${…}`; `skip` names properties left as they are. */
export function acceptTemplates(schema: JsonSchema, skip: ReadonlySet<string> = new Set()): JsonSchema {
  const inner = mapChildren(schema, (child, property) =>
    property !== undefined && skip.has(property) ? child : acceptTemplates(child, skip),
  )
  if (!isConstrainedLeaf(inner)) return inner
  const { description, default: fallback, ...constraint } = inner
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [constraint, TEMPLATE],
  }
}

const LEAVES = new Set(['string', 'number', 'integer', 'boolean'])
const FREE_TEXT = new Set(['type', 'description', 'default', 'minLength'])

function isConstrainedLeaf(schema: JsonSchema): boolean {
  if (schema.const !== undefined || schema.enum !== undefined) return true
  if (Array.isArray(schema.type)) return !schema.type.includes('string')
  if (typeof schema.type !== 'string' || !LEAVES.has(schema.type)) return false
  return schema.type !== 'string' || Object.keys(schema).some((key) => !FREE_TEXT.has(key))
}

/** The schema with each schema in it changed; `property` is the name of the one that it is of. */
export function mapChildren(
  schema: JsonSchema,
  change: (child: JsonSchema, property?: string) => JsonSchema,
): JsonSchema {
  const mapped: JsonSchema = { ...schema }
  for (const key of ['items', 'additionalProperties'] as const)
    if (isSchema(schema[key])) mapped[key] = change(schema[key])
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const)
    if (Array.isArray(schema[key])) mapped[key] = (schema[key] as JsonSchema[]).map((child) => change(child))
  if (isSchema(schema.properties))
    mapped.properties = Object.fromEntries(
      Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, child]) => [
        name,
        change(child, name),
      ]),
    )
  return mapped
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
