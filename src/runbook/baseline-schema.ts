import * as z from 'zod/mini'

import { optional, time, written } from './condition-parts.ts'

/** What a signal usually is. */
export const baseline = z
  .strictObject({
    value: optional(written, 'What is usual, written down: 200ms, 0.5%'),
    offset: optional(time, 'What it was so long ago: 1d'),
    before_deployment: optional(time, 'What it was in so long before the live version was deployed: 30m'),
    floor: optional(written, 'It counts as no less than this: five times nothing is nothing'),
  })
  .check(
    z.refine(
      ({ value, offset, before_deployment }) =>
        [value, offset, before_deployment].filter((one) => one !== undefined).length === 1,
      'needs exactly one of value, offset, before_deployment',
    ),
    z.refine(
      ({ value, floor }) => value !== undefined || floor !== undefined,
      'a measured baseline needs a floor: five times nothing is nothing',
    ),
  )
