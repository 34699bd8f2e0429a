import * as z from 'zod/mini'

import { described } from '../options.ts'
import { argv, place, stdoutContains } from './options.ts'

export const runOptions = z.strictObject({
  argv: argv(),
  ...place,
  stdout: described(z.optional(stdoutContains()), 'success needs this in the output, too'),
  repeat: described(
    z.optional(z.enum(['harmless', 'ask'])),
    'whether running it twice is harmless; default ask',
  ),
  check: described(
    z.optional(z.strictObject({ argv: argv(), stdout: z.optional(stdoutContains()) })),
    'a command that only looks: exit code 0 means that it has happened',
  ),
  undo: described(
    z.optional(z.union([z.enum(['again', 'none']), z.strictObject({ argv: argv() })])),
    'what takes it back: the same again (default), another command, or none',
  ),
})

export type RunOptions = z.output<typeof runOptions>
