import type { CallAction, Check } from '../../core/contract.ts'
import type { CommandResult, ReadDoor } from '../../core/doors.ts'
import { EffectFailure } from '../../core/problem.ts'
import { commandOf, cutOf, endingOf, lineOf, programOf } from './options.ts'
import { runOptions, type RunOptions } from './run-options.ts'

const UNCHECKED: Check = { what: 'your command', how: 'cannot-be-known', note: 'your command, unchecked' }

const MAY_HAVE_HAPPENED = 'It may have done its work all the same: look before it is run again'

/** A program or script of the team's own. */
export const run: CallAction<RunOptions> = {
  kind: 'call',
  summary: 'Run a command',
  options: runOptions,
  repeat: ({ repeat = 'ask' }) => repeat,

  async ready(options, read) {
    if (options.check === undefined) return { kind: 'ready', checks: [UNCHECKED] }
    return { kind: 'ready', checks: [UNCHECKED], done: (await ask(options, options.check, read)) === 'done' }
  },

  async call(options, id, write) {
    const command = commandOf(options)
    const done = await write.execute({ ...command, env: { ...command.env, ROLLBACK_EFFECT: id } })
    if (done.exitCode !== 0) throw failed(options, done)
    if (options.stdout !== undefined && !done.stdout.includes(options.stdout.contains))
      throw saidOtherwise(options, done)
    return { exitCode: 0 }
  },

  observable: ({ check }) => check !== undefined,

  find: async (options, read) =>
    options.check === undefined ? 'unknown' : ask(options, options.check, read),

  reversal({ undo = 'again', check: _check, stdout: _stdout, ...rest }) {
    if (undo === 'again') return { how: 'again' }
    if (undo === 'none')
      return { how: 'none', why: 'the runbook says that nothing takes it back (undo: none)' }
    return { how: 'other', options: { ...rest, argv: undo.argv, undo: 'none' } }
  },

  manual: (options) => [lineOf(options)],
}

async function ask(
  { env, cwd }: RunOptions,
  { argv, stdout }: NonNullable<RunOptions['check']>,
  read: ReadDoor,
): Promise<'done' | 'not-done' | 'unknown'> {
  const looked = await read.look({ argv, env, cwd })
  if (looked.exitCode === undefined) return 'unknown'
  if (looked.exitCode !== 0) return 'not-done'
  return stdout === undefined || looked.stdout.includes(stdout.contains) ? 'done' : 'not-done'
}

function failed(options: RunOptions, done: CommandResult): EffectFailure {
  const { how, said } = endingOf(done)
  const never = !done.started
  const halfWay = done.cut !== undefined && done.stillRuns !== true
  return new EffectFailure({
    code: never ? 'command-not-started' : 'command-failed',
    message: `${programOf(options)}${halfWay ? ' was ended half-way' : ''}: ${how}`,
    found: said,
    cure: never ? 'Install it, or write its path into the runbook' : MAY_HAVE_HAPPENED,
    applied: never ? 'no' : 'unknown',
    // Beside one that still runs a second one would be one too many.
    retryable: !never && done.stillRuns !== true,
    ...cutOf(done),
  })
}

function saidOtherwise(options: RunOptions, done: CommandResult): EffectFailure {
  return new EffectFailure({
    code: 'command-output',
    message: `${programOf(options)} ended well, but did not say "${options.stdout?.contains}"`,
    found: endingOf({ ...done, stderr: '' }).said ?? 'no output',
    cure: MAY_HAVE_HAPPENED,
    applied: 'unknown',
    retryable: false,
  })
}
