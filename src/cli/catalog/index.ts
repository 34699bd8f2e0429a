import { LOOK } from './look.ts'
import { PREPARE } from './prepare.ts'
import { ROLL_BACK } from './roll-back.ts'
import { SET_UP } from './set-up.ts'
import type { CommandSpec, OptionSpec } from './types.ts'

/** Every command, in the order of the help. */
export const catalog: readonly CommandSpec[] = [...PREPARE, ...ROLL_BACK, ...LOOK, ...SET_UP]

/** Options of the program itself; they may stand before or after a command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--debug', summary: 'show the stack trace of an error' },
]
