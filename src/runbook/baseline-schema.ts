import * as z from 'zod/mini'

import { optional, time, written } from './condition-parts.ts'

/** What a signal usually is. */
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
