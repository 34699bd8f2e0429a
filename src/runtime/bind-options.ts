import type { Schema } from '../core/schema.ts'
import { EXIT } from '../core/exit.ts'
import type { JsonObject } from '../core/json.ts'
import type { SecretRef } from '../core/model.ts'
import { lookupOf } from '../core/plan/bind.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { anyOf, fill, namespace, referencesWithin } from '../core/template.ts'
import { secretExpression, type Secrets } from './secrets.ts'

// The last step from a runbook's options to those an action is given: target and run are bound, secrets are put in,
// and the action's own schema has the last word.

/** What of a plan binding needs; a plan in the making has it before it is sealed. */
export type BindingGround = Pick<
  Plan,
  'id' | 'stamp' | 'service' | 'environment' | 'procedure' | 'reason' | 'target'
> & { secrets: Record<string, SecretRef> }

/** With the secrets' values: for use, never for show. */
export async function bindOptions<Options>(
  ground: BindingGround,
  secrets: Secrets,
  schema: Schema<Options>,
  options: JsonObject,
): Promise<Options> {
  const values: Record<string, string> = {}
  for (const name of secretNames(options)) values[name] = await secrets.value(name)
  return parseOptions(schema, filled(ground, options, values))
}

/** With markers in place of the secrets: for the commands that are printed for people. */
export function bindForShow<Options>(
  ground: BindingGround,
  schema: Schema<Options>,
  options: JsonObject,
): Options {
  const markers = Object.fromEntries(
    Object.entries(ground.secrets).map(([name, ref]) => [name, secretExpression(ref)]),
  )
  return parseOptions(schema, filled(ground, options, markers))
}

/** In one pass: a version's name that reads `${secrets.token}`, from a live endpoint perhaps, must stay a name. */
function filled(ground: BindingGround, options: JsonObject, secrets: Record<string, string>): unknown {
  return fill(options, anyOf(lookupOf(ground), namespace('secrets', secrets)), 'last')
}

function secretNames(options: unknown): string[] {
  const names = referencesWithin(options).map((reference) => reference.name)
  return [
    ...new Set(
      names.filter((name) => name.startsWith('secrets.')).map((name) => name.slice('secrets.'.length)),
    ),
  ]
}

function parseOptions<Options>(schema: Schema<Options>, options: unknown): Options {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem({
    code: 'options-invalid',
    message: 'the options do not fit once everything is put in',
    found: issue === undefined ? undefined : `${issue.path.join('.')}: ${issue.message}`,
    cure: 'look at the step in the runbook, and at what the variables stand for',
    exit: EXIT.refused,
  })
}
