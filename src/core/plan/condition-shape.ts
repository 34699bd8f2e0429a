import { isPlainObject } from '../json.ts'
import type { Bake, Condition, Limit, Silence, Statement, Verify } from '../model.ts'
import {
  anyNumber,
  count,
  key,
  list,
  maybe,
  milliseconds,
  object,
  oneOf,
  only,
  pair,
  type Shape,
  text,
  truth,
} from '../shape.ts'

// The conditions of a plan, read back.

/** A limit as it is written. */
export const written = oneOf<[string, number]>(text, anyNumber)

const limit = oneOf<[string, number, Exclude<Limit, string | number>]>(
  text,
  anyNumber,
  object<Exclude<Limit, string | number>>({ times: anyNumber, of: only('baseline') }),
) satisfies Shape<Limit>

const silence = only('unknown', 'ignore', 'breach') satisfies Shape<Silence>

const condition = object<Condition>({
  signal: key,
  window: maybe(milliseconds),
  series: maybe(only('any', 'all')),
  passing: maybe(truth),
  equals: maybe(oneOf<[string, number, boolean]>(text, anyNumber, truth)),
  is: maybe(oneOf<[string, number, boolean]>(text, anyNumber, truth)),
  same_commit: maybe(text),
  matches: maybe(text),
  above: maybe(limit),
  below: maybe(limit),
  at_least: maybe(limit),
  at_most: maybe(limit),
  between: maybe(pair(limit)),
  for: maybe(milliseconds),
  count: maybe(
    object<NonNullable<Condition['count']>>({
      atLeast: count,
      within: maybe(milliseconds),
      of: maybe(count),
    }),
  ),
  absent_for: maybe(milliseconds),
  unchanged_for: maybe(milliseconds),
  change: maybe(
    object<NonNullable<Condition['change']>>({
      over: milliseconds,
      above: maybe(limit),
      below: maybe(limit),
    }),
  ),
  no_data: maybe(silence),
  on_error: maybe(silence),
  in_a_row: maybe(count),
  samples: maybe(count),
  every: maybe(milliseconds),
  within: maybe(milliseconds),
})

export const verify = object<Verify>({ within: milliseconds, must: list(condition), should: list(condition) })

/** Conditions put together; each member of one is looked at by the name that it is judged by. */
export const statement: Shape<Statement> = (value) => {
  if (!isPlainObject(value)) return ' is not a map'
  if ('all' in value) return together(value)
  if ('any' in value) return object<{ any: Statement[] }>({ any: list(statement) })(value)
  return 'not' in value ? object<{ not: Statement }>({ not: statement })(value) : condition(value)
}

const together = object<Extract<Statement, { all: Statement[] }>>({
  all: list((value) => statement(value)),
  burnRate: maybe(
    object<NonNullable<Extract<Statement, { all: Statement[] }>['burnRate']>>({
      signal: text,
      objective: text,
      above: anyNumber,
    }),
  ),
})

export const bake = object<Bake>({
  for: milliseconds,
  settle: milliseconds,
  must: list(condition),
  should: list(condition),
})
