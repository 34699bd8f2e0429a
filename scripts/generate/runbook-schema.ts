import type { Platforms } from '../../src/runbook/options.ts'
import { runbookSchema } from '../../src/runbook/schema.ts'
import { sourcesOf } from '../../src/runbook/sources.ts'
import { acceptTemplates, toJsonSchema, type JsonSchema } from './json-schema.ts'
import { shareRepeated } from './share-repeated.ts'

/** References are never filled in here: names and structure say the same for every run. */
const STRUCTURE = new Set([
  'version',
  'service',
  'environments',
  'inputs',
  'id',
  'uses',
  'with',
  'signal',
  'needs',
])

/** The schema of a runbook for editors: its shape, and the options of every registered action and source. */
export async function runbookJsonSchema(platforms: Platforms): Promise<JsonSchema> {
  const root = acceptTemplates(toJsonSchema(runbookSchema), STRUCTURE)
  const uses = await useRules(platforms)
  const step = at(root, 'properties', 'procedures', 'additionalProperties', 'properties', 'steps', 'items')
  addUses(step, platforms, uses)
  addUses(at(step, 'properties', 'fallback'), platforms, uses)
  await addSources(at(root, 'properties', 'signals', 'additionalProperties'), platforms)
  await addSources(at(root, 'properties', 'capture', 'items'), platforms, ['signal'])
  await addSources(
    at(root, 'properties', 'procedures', 'additionalProperties', 'properties', 'capture', 'items'),
    platforms,
    ['signal'],
  )
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Rollback runbook',
    ...shareRepeated({ ...root, definitions: await optionDefinitions(platforms) }),
  }
}

function addUses(step: JsonSchema, platforms: Platforms, rules: JsonSchema[]): void {
  const properties = step.properties as Record<string, JsonSchema>
  properties.uses = { ...properties.uses, enum: actionEntries(platforms).map(({ name }) => name) }
  step.allOf = rules
}

/** `uses: registry.retag` → `with` is what that action takes. */
async function useRules(platforms: Platforms): Promise<JsonSchema[]> {
  return Promise.all(
    actionEntries(platforms).map(async ({ name, load }) => {
      const { options } = await load()
      const required = options.safeParse({}).success ? {} : { required: ['with'] }
      return {
        if: { properties: { uses: { const: name } }, required: ['uses'] },
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
        then: { properties: { with: { $ref: `#/definitions/${name}` } }, ...required },
      }
    }),
  )
}

async function optionDefinitions(platforms: Platforms): Promise<Record<string, JsonSchema>> {
  const entries = actionEntries(platforms).map(async ({ name, load }) => {
    const { options, summary } = await load()
    return [name, { description: summary, ...acceptTemplates(toJsonSchema(options)) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** `others`: keys that may stand in the place of a source. */
async function addSources(
  signal: JsonSchema,
  platforms: Platforms,
  others: readonly string[] = [],
): Promise<void> {
  const sources = Object.entries(sourcesOf(platforms))
  const properties = signal.properties as Record<string, JsonSchema>
  for (const [name, source] of sources) {
    const { options, summary } = await source.load()
    properties[name] = { description: summary, ...acceptTemplates(toJsonSchema(options)) }
  }
  signal.additionalProperties = false
  if (sources.length > 0)
    signal.oneOf = [...sources.map(([name]) => name), ...others].map((name) => ({ required: [name] }))
}

function actionEntries(platforms: Platforms) {
  return Object.values(platforms).flatMap((platform) =>
    Object.entries(platform.actions).map(([action, { load }]) => ({
      name: `${platform.name}.${action}`,
      load,
    })),
  )
}

/** Into the schema of a property; a misspelt step is a mistake of this file. */
function at(schema: JsonSchema, ...path: string[]): JsonSchema {
  let here = schema
  for (const key of path) {
    const next = here[key]
    if (typeof next !== 'object' || next === null)
      throw new Error(`the runbook schema has no ${path.join('.')}`)
    here = next as JsonSchema
  }
  return here
}
