import { Argument, Command, CommanderError, Option } from 'commander'

import { EXIT, type ExitCode } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { catalog, GLOBAL_OPTIONS } from './catalog/index.ts'
import type { ArgumentSpec, CommandSpec, Example, OptionSpec } from './catalog/types.ts'
import { spell } from './characters.ts'
import { createOutput, type Output } from './output.ts'

/** Runs one command; everything that goes wrong ends here, once, as a sentence and an exit code. */
export async function runProgram(argv: string[], version: string): Promise<ExitCode> {
  const output = createOutput({ json: wantsJson(argv) })
  try {
    return await parse(argv, version, output)
  } catch (error) {
    const { reportError } = await import('./report-error.ts')
    return reportError(error, output, { debug: argv.includes('--debug') })
  }
}

async function parse(argv: string[], version: string, output: Output): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done
  const program = new Command('rollback')
    .description('Rolls a service back on every platform at once, proves it, and can take it back.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('print the help of a command')
        .helpGroup('Set up:'),
    )
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: (text) => void process.stdout.write(spell(text)) })
    .addHelpText('after', examplesText(FIRST_EXAMPLES))
  for (const option of GLOBAL_OPTIONS) program.addOption(toOption(option))

  for (const spec of neededSpecs(argv)) {
    const command = toCommand(spec)
    command.copyInheritedSettings(program).action(async () => {
      const handler = await spec.load()
      const args = command.processedArgs as (string | undefined)[]
      exit = await handler({ argv, args, options: optionsOf(command, spec), output })
    })
    program.addCommand(command)
  }

  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.help') throw missingCommand(program)
    if (error.exitCode !== 0) throw usageProblem(error)
  }
  return exit
}

/** The command that is called; all of them only for the help and for a name that is not known. */
function neededSpecs(argv: string[]): readonly CommandSpec[] {
  const name = argv.find((word) => !word.startsWith('-'))
  const called = catalog.find((spec) => spec.name === name)
  return called === undefined ? catalog : [called]
}

const FIRST_EXAMPLES: Example[] = [
  { command: 'rollback plan', does: 'could we roll back today, and to what?' },
  { command: 'rollback run --target 1a2b3c4', does: 'roll back' },
  { command: 'rollback undo', does: 'take it back' },
]

function toCommand(spec: CommandSpec): Command {
  const command = new Command(spec.name).summary(spec.summary).helpGroup(`${spec.group}:`)
  const about = spec.description === undefined ? '' : `\n\n${spec.description}`
  command.description(`${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.${about}`)
  for (const argument of spec.arguments ?? []) command.addArgument(toArgument(argument))
  for (const option of [...spec.options, ...GLOBAL_OPTIONS]) command.addOption(toOption(option))
  return command.addHelpText('after', examplesText(spec.examples))
}

function toArgument(spec: ArgumentSpec): Argument {
  const argument = new Argument(spec.syntax, spec.summary)
  return spec.choices === undefined ? argument : argument.choices(spec.choices)
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary)
  if (spec.choices !== undefined) option.choices(spec.choices)
  if (spec.repeats === true)
    option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value])
  return option
}

/** A repeatable option that was not given is an empty list. */
function optionsOf(command: Command, spec: CommandSpec): Record<string, unknown> {
  const lists = spec.options.filter((option) => option.repeats === true).map(toOption)
  return { ...Object.fromEntries(lists.map((option) => [option.attributeName(), []])), ...command.opts() }
}

function examplesText(examples: Example[]): string {
  const width = Math.max(...examples.map((example) => example.command.length))
  const fits = examples.every(({ does }) => width + does.length < 74)
  const lines = examples.map(({ command, does }) =>
    fits ? `  ${command.padEnd(width)}  ${does}` : `  ${command}\n      ${does}`,
  )
  return `\nExamples:\n${lines.join('\n')}`
}

/** `--json` before everything else is known: errors of the command line itself are JSON too. */
function wantsJson(argv: string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

function usageProblem(error: CommanderError): Problem {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  return new Problem({
    code: 'usage',
    message: first.replace(/\.$/, ''),
    cure: hint === '' ? 'See `rollback --help`.' : hint,
    exit: EXIT.usage,
  })
}

function missingCommand(program: Command): Problem {
  return new Problem({
    code: 'usage',
    message: 'no command was given',
    cure: program.helpInformation().trimEnd(),
    exit: EXIT.usage,
  })
}
