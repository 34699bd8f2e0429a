import * as z from 'zod/mini'

import { described, period } from '../platforms/options.ts'

// Pieces of what can be said about a signal.

export const time = period()

export const optional = <T extends z.ZodMiniType>(schema: T, description: string) =>
  described(z.optional(schema), description)

export const wholeNumber = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))

export const written = z.union([z.string(), z.number()])

export const limit = z.union([
  z.string(),
  z.number(),
  z.strictObject({ times: z.number().check(z.positive()), of: z.literal('baseline') }),
])

/** How many samples must pass, or fail. */
export const share = z
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
    z.refine(
      ({ count, more_than = -1, of = Infinity }) => Math.max(count ?? 0, more_than + 1) <= of,
      'counts more than there are: count is at most of, more_than is less',
    ),
  )

export const change = z
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

export const silence = z.enum(['unknown', 'ignore', 'breach'])

/** A share of what goes well: `99.9%`. */
const objective = z
  .union([z.string(), z.number()])
  .check(z.refine((value) => budgetOf(value) !== undefined, 'is no share of what goes well: write 99.9%'))

/** The share that may go wrong, in percent: 0.1 of `99.9%`. */
export function budgetOf(objective: string | number): number | undefined {
  const [, percent = ''] = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(objective)) ?? []
  const budget = Number((100 - Number(percent)).toPrecision(12))
  return percent === '' || budget <= 0 || budget >= 100 ? undefined : budget
}

/** https://sre.google/workbook/alerting-on-slos/, 6: Multiwindow, Multi-Burn-Rate Alerts */
export const burnRate = z
  .strictObject({
    objective: described(objective, 'The share that has to go well: 99.9%'),
    above: described(
      z.number().check(z.positive()),
      'So many times faster than the budget of errors lasts; 14.4 uses up 2% of 30 days in an hour',
    ),
    long: described(time, 'The window that shows that it matters: 1h'),
    short: described(time, 'The window that shows that it still goes on, a twelfth of the long one: 5m'),
  })
  .check(
    z.refine(({ long, short }) => short < long, 'has a short window that is not shorter than the long one'),
    z.refine(
      ({ objective: share, above }) => above * (budgetOf(share) ?? 0) < 100,
      'can never hold: so many times the budget is more than everything',
    ),
  )
