import * as z from 'zod/mini'

import { jsonPath } from '../http/options.ts'
import { described } from '../options.ts'
import { argv, place } from './options.ts'

export const measureOptions = z
  .strictObject({
    argv: argv(),
    ...place,
    stdout: described(
      z.optional(z.enum(['number', 'text', 'json'])),
      'take the value from the output; default: the exit code, where 0 passes',
    ),
    json: described(z.optional(jsonPath()), 'where in the JSON'),
  })
  .check(
    z.refine(
      ({ stdout, json }) => (stdout === 'json') === (json !== undefined),
      'stdout: json and the path in json go together',
    ),
  )

export type MeasureOptions = z.output<typeof measureOptions>
