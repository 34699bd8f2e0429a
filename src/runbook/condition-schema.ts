import * as z from 'zod/mini'

import { described, duration } from '../platforms/options.ts'

// What can be said about a signal: one grammar for triggers and verify.

const time = duration()

const optional = <T extends z.ZodMiniType>(schema: T, description: string) =>
  described(z.optional(schema), description)

const wholeNumber = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))

const written = z.union([z.string(), z.number()])

const limit = z.union([
  z.string(),
  z.number(),
  z.strictObject({ times: z.number().check(z.positive()), of: z.literal('baseline') }),
])

/** How many samples must pass, or fail. */
const share = z
  .strictObject({
    in_a_row: optional(wholeNumber(1, 100), 'The last ones, without a break'),
    count: optional(wholeNumber(1, 100_000), 'So many, or more'),
    more_than: optional(wholeNumber(0, 100_000), 'More than so many'),
    within: optional(time, 'Of those of the last minutes or hours'),
    of: optional(wholeNumber(1, 100_000), 'Of so many last ones'),
  })
  .check(
    z.refine(
      ({ in_a_row, count, more_than }) =>
        [in_a_row, count, more_than].filter((one) => one !== undefined).length === 1,
      'needs exactly one of in_a_row, count, more_than',
    ),
    z.refine(
      ({ in_a_row, within, of }) =>
        (in_a_row === undefined ? 1 : 0) === [within, of].filter((one) => one !== undefined).length,
      'needs within or of beside count and more_than, and neither beside in_a_row',
    ),
  )

const change = z
  .strictObject({
    over: described(time, 'Compared with what it was so long ago'),
    above: optional(written, 'The difference is more than this'),
    below: optional(written, 'The difference is less than this; below 0 is falling'),
  })
  .check(
    z.refine(
      ({ above, below }) => (above === undefined) !== (below === undefined),
      'needs exactly one of above, below',
    ),
  )

const silence = z.enum(['unknown', 'ignore', 'breach'])

/** They say by themselves how long. */
const OVER_TIME = ['absent_for', 'unchanged_for', 'change'] as const

const PREDICATES = [
  'passing',
  'failing',
  'failing_for',
  'equals',
  'matches',
  'same_commit',
  'above',
  'below',
  'at_least',
  'at_most',
  'between',
  ...OVER_TIME,
] as const

const HOW_LONG = ['in_a_row', 'samples', 'for', 'failing_for'] as const

const keys = {
  passing: optional(z.union([z.boolean(), share]), 'Its samples pass'),
  failing: optional(
    z.union([z.boolean(), share]),
    'Its samples fail: refused, timed out, 5xx, not as expected',
  ),
  failing_for: optional(time, 'Its samples have failed without a break for so long'),
  equals: optional(z.union([z.string(), z.number(), z.boolean()]), 'Its value is this'),
  matches: optional(z.string().check(z.minLength(1)), 'Its whole text fits this regular expression'),
  same_commit: optional(z.string().check(z.minLength(1)), 'Its value is this commit, long or short'),
  above: optional(limit, 'Its value is more than this: 5%, 500ms, 3, { times: 5, of: baseline }'),
  below: optional(limit, 'Its value is less than this: 1%, 500ms, 3'),
  at_least: optional(limit, 'Its value is this or more'),
  at_most: optional(limit, 'Its value is this or less'),
  between: optional(z.tuple([limit, limit]), 'Its value is between these, both included'),
  absent_for: optional(time, 'There has been no data for so long, although the measuring system answers'),
  unchanged_for: optional(time, 'Its value has been the same for so long'),
  change: optional(change, 'It is more, or less, than it was: { over: 10m, below: 0 }'),
  for: optional(time, 'It has held without a break for so long'),
  in_a_row: optional(wholeNumber(1, 100), 'Consecutive samples that must hold; default 1'),
  samples: optional(wholeNumber(1, 1000), 'Take exactly so many samples; each must hold'),
  every: optional(time, "Time between two samples, instead of the signal's"),
  no_data: optional(silence, 'What it means that there is no data: unknown (the default), ignore, breach'),
  on_error: optional(silence, 'What it means that the measuring system does not answer; default unknown'),
}

type Said = { [Key in keyof typeof keys]?: unknown }

/** What a condition must hold together by itself. */
const checks = [
  z.refine<Said>(
    (value) => PREDICATES.some((key) => value[key] !== undefined),
    `says nothing about the signal: add one of ${PREDICATES.join(', ')}`,
  ),
  z.refine<Said>(
    (value) =>
      HOW_LONG.filter((key) => value[key] !== undefined).length +
        [value.passing, value.failing].filter((one) => typeof one === 'object').length <
      2,
    `says twice how long: give one of ${HOW_LONG.join(', ')}, or a number under passing or failing`,
  ),
  z.refine<Said>(
    (value) => {
      const said = [...PREDICATES, ...HOW_LONG].filter((key) => value[key] !== undefined)
      return said.length < 2 || !OVER_TIME.some((key) => value[key] !== undefined)
    },
    `says more than one thing: ${OVER_TIME.join(', ')} each stand alone`,
  ),
  z.refine<Said>(
    ({ passing, failing, failing_for }) =>
      [passing, failing, failing_for].filter((one) => one !== undefined).length < 2,
    'give passing, failing or failing_for, not several of them',
  ),
] as const

const signal = z.string().check(z.minLength(1))

/** In verify. */
export const condition = z
  .strictObject({
    signal,
    ...keys,
    within: optional(time, 'Time it has to hold in, instead of that of verify'),
  })
  .check(...checks)

const GROUPS = ['signal', 'all', 'any', 'not'] as const

const isOne = z.refine<{ [Key in (typeof GROUPS)[number]]?: unknown }>(
  (value) => GROUPS.filter((key) => value[key] !== undefined).length === 1,
  `needs exactly one of ${GROUPS.join(', ')}`,
)

/** Else nothing could ever be known of it. */
const saysSomething = z.refine<Said & { signal?: unknown }>(
  (value) => value.signal === undefined || PREDICATES.some((key) => value[key] !== undefined),
  `says nothing about the signal: add one of ${PREDICATES.join(', ')}`,
)

/** In bake, and in what is put together: it has no time of its own. */
export const bare = z.strictObject({ signal, ...keys }).check(...checks)

/** A condition, or some put together. Deeper nesting is not read at 03:00. */
const part = z
  .strictObject({
    signal: z.optional(signal),
    ...keys,
    all: optional(z.array(bare).check(z.minLength(1)), 'All of these hold'),
    any: optional(z.array(bare).check(z.minLength(1)), 'One of these holds'),
    not: optional(bare, 'This does not hold'),
  })
  .check(isOne, saysSomething)

const statement = {
  signal: z.optional(signal),
  ...keys,
  all: optional(z.array(part).check(z.minLength(1)), 'All of these hold'),
  any: optional(z.array(part).check(z.minLength(1)), 'One of these holds'),
  not: optional(part, 'This does not hold'),
}

const id = z
  .string()
  .check(z.maxLength(64), z.regex(/^[a-z0-9][a-z0-9-]*$/, 'ids are lower-case letters, digits and -'))

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const

/** For the person who reads it. */
const note = () => optional(z.string().check(z.minLength(1)), 'For the person who reads it')

export const trigger = z
  .strictObject({
    id: described(id, 'Unique among the triggers'),
    severity: described(z.enum(SEVERITIES), 'critical and high: roll back; medium: investigate; low: a note'),
    ...statement,
    rollback_after: optional(time, 'Of a medium one: roll back when it has held for so long'),
    unless: optional(part, 'While this holds, the trigger does not count'),
    note: note(),
  })
  .check(
    isOne,
    saysSomething,
    z.refine(
      ({ severity, rollback_after }) => rollback_after === undefined || severity === 'medium',
      'rollback_after is for severity medium: critical and high roll back at once, low never does',
    ),
  )

/** A rule against every trigger. */
export const unless = z
  .strictObject({
    id: described(id, 'Unique among the triggers and these rules'),
    ...statement,
    severity: optional(
      z.array(z.enum(SEVERITIES)).check(z.minLength(1)),
      'Of which triggers it speaks; default: of all',
    ),
    note: note(),
  })
  .check(isOne, saysSomething)

/** What must hold before anything is changed. */
export const guard = z
  .strictObject({
    id: optional(id, 'Names it where it refuses'),
    ...statement,
    note: note(),
  })
  .check(isOne, saysSomething)

export const baseline = z
  .strictObject({
    value: optional(written, 'What is usual, written down: 200ms, 0.5%'),
    offset: optional(time, 'What it was so long ago: 1d'),
    floor: optional(written, 'It counts as no less than this: five times nothing is nothing'),
  })
  .check(
    z.refine(
      ({ value, offset }) => (value === undefined) !== (offset === undefined),
      'needs exactly one of value, offset',
    ),
    z.refine(
      ({ offset, floor }) => offset === undefined || floor !== undefined,
      'a measured baseline needs a floor: five times nothing is nothing',
    ),
  )

export type ConditionFile = z.output<typeof condition>
export type PartFile = z.output<typeof part>
export type GuardFile = z.output<typeof guard>
export type TriggerFile = z.output<typeof trigger>
export type UnlessFile = z.output<typeof unless>
