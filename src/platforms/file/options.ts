import * as z from 'zod/mini'

import { jsonPath } from '../http/options.ts'
import { described, period, text } from '../options.ts'

export const fileOptions = z
  .strictObject({
    path: described(text(), 'starts at the folder of the runbook'),
    as: described(z.optional(z.enum(['number', 'text'])), 'the whole file is the value'),
    json: described(z.optional(jsonPath()), 'the file is JSON, and the value is there: $.error_rate'),
    fresh: described(z.optional(period()), 'one that was written longer ago is no data; default 10m'),
  })
  .check(
    z.refine(
      ({ as, json }) => (as === undefined) !== (json === undefined),
      'needs one of: as: number, as: text, or the path in json',
    ),
  )

export type FileOptions = z.output<typeof fileOptions>
