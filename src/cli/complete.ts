import { catalog, GLOBAL_OPTIONS } from './catalog/index.ts'
import type { ArgumentSpec, CommandSpec, Completes, OptionSpec } from './catalog/types.ts'

// Answers a shell between two key presses: no commander, no schema, only the catalog and, where it is asked for
// names of the runbook, the YAML itself. Whatever goes wrong, the answer is then simply shorter.

interface Offer {
  value: string
  about: string
}

/** `words`: `--`, then what stands after `rollback`, the last one being typed. */
export async function completionText(words: string[]): Promise<string> {
  const typed = words[0] === '--' ? words.slice(1) : words
  const offers = await completions(typed)
  if (offers === 'files') return ':files\n'
  return offers.map(({ value, about }) => `${value}\t${about}\n`).join('')
}

async function completions(words: string[]): Promise<Offer[] | 'files'> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const name = before.find((word) => !word.startsWith('-'))
  const command = catalog.find((one) => one.name === name)
  if (name === undefined) return starting(firstWords(), current)
  if (name === 'help') return starting(commandOffers(), current)
  if (command === undefined) return []

  const options = [...command.options, ...GLOBAL_OPTIONS]
  const open = openOption(options, before.at(-1))
  if (open !== undefined) return valuesOf(open, before, current)
  if (current.startsWith('-')) return starting(options.flatMap(optionOffers), current)
  const argument = nextArgument(command, options, before)
  return argument === undefined ? [] : valuesOf(argument, before, current)
}

function commandOffers(): Offer[] {
  return catalog.map(({ name, summary }) => ({ value: name, about: summary }))
}

function firstWords(): Offer[] {
  return [
    ...commandOffers(),
    { value: 'help', about: 'print the help of a command' },
    { value: '--help', about: 'print the help' },
    { value: '--version', about: 'print the version' },
    ...GLOBAL_OPTIONS.flatMap(optionOffers),
  ]
}

function optionOffers({ flags, summary }: OptionSpec): Offer[] {
  const long = longFlag(flags)
  return long === undefined ? [] : [{ value: long, about: summary }]
}

function longFlag(flags: string): string | undefined {
  return /--[a-z-]+/.exec(flags)?.[0]
}

/** The option whose value is being typed. */
function openOption(options: OptionSpec[], last: string | undefined): OptionSpec | undefined {
  if (last === undefined || !last.startsWith('-')) return undefined
  return options.find(({ flags }) => flags.includes('<') && flags.split(/[ ,]+/).includes(last))
}

/** The argument of the command that comes next, options and their values not counted. */
function nextArgument(
  command: CommandSpec,
  options: OptionSpec[],
  before: string[],
): ArgumentSpec | undefined {
  const afterName = before.slice(before.indexOf(command.name) + 1)
  const given = afterName.filter(
    (word, index) => !word.startsWith('-') && openOption(options, afterName[index - 1]) === undefined,
  )
  return command.arguments?.[given.length]
}

async function valuesOf(
  { choices, completes }: { choices?: string[] | undefined; completes?: Completes | undefined },
  before: string[],
  current: string,
): Promise<Offer[] | 'files'> {
  if (choices !== undefined)
    return starting(
      choices.map((value) => ({ value, about: '' })),
      current,
    )
  if (completes === 'file') return 'files'
  if (completes === undefined || completes === 'nothing') return []
  if (completes === 'run') return starting(await runOffers(), current)
  const { namesInRunbook } = await import('./runbook-names.ts')
  return starting(await namesInRunbook(completes, valueAfter(before, '--runbook')), current)
}

function valueAfter(words: string[], flag: string): string | undefined {
  const at = words.lastIndexOf(flag)
  return at === -1 ? undefined : words[at + 1]
}

async function runOffers(): Promise<Offer[]> {
  try {
    const { openSession } = await import('../runtime/session.ts')
    const session = openSession()
    const runs = await session.store.list()
    await session.close()
    return [
      { value: 'last', about: 'the last run' },
      ...runs.map(({ plan }) => ({ value: plan.id, about: `${plan.service}, ${plan.environment}` })),
    ]
  } catch {
    return [{ value: 'last', about: 'the last run' }]
  }
}

function starting(offers: Offer[], current: string): Offer[] {
  return offers.filter(({ value }) => value.startsWith(current))
}
