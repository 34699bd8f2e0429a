import type { ExitCode } from '../../core/exit.ts'
import type { Output } from '../output.ts'

// A command as data: the program, the help and the shell completion are all made from it.

type Group = 'Prepare' | 'Roll back' | 'Look' | 'Set up'

export interface CommandSpec {
  name: string
  group: Group
  /** One line for the list of commands. */
  summary: string
  /** Below the usage line of its own help. */
  description?: string | undefined
  arguments?: ArgumentSpec[] | undefined
  options: OptionSpec[]
  examples: Example[]
  load: () => Promise<Handler>
}

export interface ArgumentSpec {
  /** As commander writes it: `[run]`, `<shell>`. */
  syntax: string
  summary: string
  completes?: Completes | undefined
  choices?: string[] | undefined
}

export interface OptionSpec {
  /** As commander writes it: `--target <version>`. */
  flags: string
  summary: string
  /** It may be given several times, and gives a list. */
  repeats?: boolean | undefined
  completes?: Completes | undefined
  choices?: string[] | undefined
}

/** What a shell offers for a value. */
export type Completes = 'environment' | 'procedure' | 'step' | 'run' | 'file' | 'nothing'

export interface Example {
  command: string
  does: string
}

/** One use of a command: what was typed, and where to print. */
export interface Call {
  /** Everything after the program's name, as typed: for commands that are printed to be repeated. */
  argv: string[]
  args: (string | undefined)[]
  options: Record<string, unknown>
  output: Output
}

type Handler = (call: Call) => Promise<ExitCode>
