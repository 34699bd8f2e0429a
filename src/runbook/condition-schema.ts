import * as z from 'zod/mini'

import { described } from '../platforms/options.ts'
import { burnRate, change, limit, optional, share, silence, time, wholeNumber } from './condition-parts.ts'

// What can be said about a signal: one grammar for triggers and verify.

/** They say by themselves how long. */
const OVER_TIME = ['absent_for', 'unchanged_for', 'change', 'burn_rate'] as const

/** Of the value of a sample; one that fails has none. */
const OF_VALUES = [
  'equals',
  'is',
  'matches',
  'same_commit',
  'above',
  'below',
  'at_least',
  'at_most',
  'between',
] as const

const PREDICATES = ['passing', 'failing', 'failing_for', ...OF_VALUES, ...OVER_TIME] as const

const HOW_LONG = ['in_a_row', 'samples', 'for', 'failing_for'] as const

const keys = {
  passing: optional(z.union([z.boolean(), share]), 'Its samples pass'),
  failing: optional(
    z.union([z.boolean(), share]),
    'Its samples fail: refused, timed out, 5xx, not as expected',
  ),
  failing_for: optional(time, 'Its samples have failed without a break for so long'),
  equals: optional(z.union([z.string(), z.number(), z.boolean()]), 'Its value is this, compared as text'),
  is: optional(
    z.union([z.string(), z.number(), z.boolean()]),
    'Its value is exactly this: true is not the text "true"',
  ),
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
  series: optional(
    z.enum(['any', 'all']),
    'Where its signal has several series: one of them is enough, or each is needed; instead of what its source says',
  ),
  for: optional(time, 'It has held without a break for so long'),
  in_a_row: optional(wholeNumber(1, 100), 'Consecutive samples that must hold; default 1'),
  samples: optional(wholeNumber(1, 1000), 'Take exactly so many samples; each must hold'),
  every: optional(time, "Time between two samples, instead of the signal's"),
  no_data: optional(silence, 'What it means that there is no data: unknown (the default), ignore, breach'),
  on_error: optional(silence, 'What it means that the measuring system does not answer; default unknown'),
}

/** What is said in triggers only. */
const triggerKeys = {
  ...keys,
  burn_rate: optional(
    burnRate,
    'Its budget of errors is used up too fast: { objective: 99.9%, above: 14.4, long: 1h, short: 5m }',
  ),
}

type Said = { [Key in keyof typeof triggerKeys]?: unknown }

/** What a condition must hold together by itself, and what is said where it does not. */
const RULES: [fits: (value: Said) => boolean, otherwise: string][] = [
  [
    (value) => PREDICATES.some((key) => value[key] !== undefined),
    `says nothing about the signal: add one of ${PREDICATES.filter((key) => key !== 'burn_rate').join(', ')}; in triggers and guards also burn_rate`,
  ],
  [
    (value) =>
      HOW_LONG.filter((key) => value[key] !== undefined).length +
        [value.passing, value.failing].filter((one) => typeof one === 'object').length <
      2,
    `says twice how long: give one of ${HOW_LONG.join(', ')}, or a number under passing or failing`,
  ],
  [
    (value) => {
      const said = [...PREDICATES, ...HOW_LONG].filter((key) => value[key] !== undefined)
      return said.length < 2 || !OVER_TIME.some((key) => value[key] !== undefined)
    },
    `says more than one thing: ${OVER_TIME.join(', ')} each stand alone`,
  ],
  [
    ({ passing, failing, failing_for }) =>
      [passing, failing, failing_for].filter((one) => one !== undefined).length < 2,
    'give passing, failing or failing_for, not several of them',
  ],
  [
    ({ passing, failing, failing_for, ...value }) =>
      (passing !== false && (failing ?? false) === false && failing_for === undefined) ||
      OF_VALUES.every((key) => value[key] === undefined),
    'says something of the value of a sample that fails, which has none: leave out failing, or the value',
  ],
]

const checks = RULES.map(([fits, otherwise]) => z.refine<Said>(fits, otherwise))

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

type Grouped = Said & { [Key in (typeof GROUPS)[number]]?: unknown }

const KEYS = Object.keys(triggerKeys) as (keyof Said)[]

/** A condition of its own, or a group of some, which says nothing itself. */
const groupChecks = [
  z.refine<Grouped>(
    (value) => GROUPS.filter((key) => value[key] !== undefined).length === 1,
    `needs exactly one of ${GROUPS.join(', ')}`,
  ),
  z.refine<Grouped>(
    (value) => value.signal !== undefined || KEYS.every((key) => value[key] === undefined),
    'says something beside all, any or not that belongs to a condition in it: move it there',
  ),
  ...RULES.map(([fits, otherwise]) =>
    z.refine<Grouped>((value) => value.signal === undefined || fits(value), otherwise),
  ),
]

/** In bake: it has no time of its own. */
export const bare = z.strictObject({ signal, ...keys }).check(...checks)

/** In what is put together. */
const inner = z.strictObject({ signal, ...triggerKeys }).check(...checks)

/** A condition, or some put together. Deeper nesting is not read at 03:00. */
const part = z
  .strictObject({
    signal: z.optional(signal),
    ...triggerKeys,
    all: optional(z.array(inner).check(z.minLength(1)), 'All of these hold'),
    any: optional(z.array(inner).check(z.minLength(1)), 'One of these holds'),
    not: optional(inner, 'This does not hold'),
  })
  .check(...groupChecks)

const statement = {
  signal: z.optional(signal),
  ...triggerKeys,
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
    ...groupChecks,
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
  .check(...groupChecks)

/** What must hold before anything is changed. */
export const guard = z
  .strictObject({
    id: optional(id, 'Names it where it refuses'),
    ...statement,
    note: note(),
  })
  .check(...groupChecks)

export type ConditionFile = z.output<typeof condition>
export type PartFile = z.output<typeof part>
export type GuardFile = z.output<typeof guard>
export type TriggerFile = z.output<typeof trigger>
export type UnlessFile = z.output<typeof unless>
