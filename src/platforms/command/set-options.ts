import * as z from 'zod/mini'

import { described } from '../options.ts'
import { argv, place } from './options.ts'

export const setOptions = z.strictObject({
  argv: argv(),
  ...place,
  with: described(z.optional(z.json()), 'handed to the script as `options`; no secrets: those go into env'),
})

export type SetOptions = z.output<typeof setOptions>
