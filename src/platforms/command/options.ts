import * as z from 'zod/mini'

import type { CommandRequest, CommandResult } from '../../core/doors.ts'
import type { EffectFailureDetails } from '../../core/problem.ts'
import { hasSecretMarker, shellLine } from '../../core/shell.ts'
import { referencesIn } from '../../core/template.ts'
import { printable } from '../../core/printable.ts'
import { described, timeLimit, text } from '../options.ts'

// Pieces of the options of everything that runs a command of the runbook's author.

/** Program and arguments. Everybody on a machine can read the arguments of its processes. */
export const argv = () =>
  described(
    z
      .tuple([text()], z.string())
      .check(
        z.refine(
          (words) => !words.some(holdsSecret),
          'holds a secret, and everybody on the machine can read the arguments of a process: give it by env',
        ),
      ),
    'program and arguments; no shell',
  )

const variable = () => z.string().check(z.regex(/^[A-Za-z_]\w*$/, 'is not the name of a variable'))

export const place = {
  env: described(
    z.optional(z.record(variable(), z.string())),
    'added to PATH, HOME and the like; the place for secrets',
  ),
  cwd: z.optional(text()),
  timeout: z.optional(timeLimit()),
}

export const stdoutContains = () => z.strictObject({ contains: text() })

export interface Place {
  argv: [string, ...string[]]
  env?: Record<string, string> | undefined
  cwd?: string | undefined
  timeout?: number | undefined
}

export function commandOf({ argv, env, cwd, timeout }: Place): CommandRequest {
  return { argv, env, cwd, timeout }
}

/** As a person would type it. */
export function lineOf({ argv, env = {}, cwd }: Place): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellLine([value])}`)
  const line = [...variables, shellLine(argv)].join(' ')
  return cwd === undefined ? line : `(cd ${shellLine([cwd])} && ${line})`
}

/** How it ended, and its last words; never its arguments. */
export function endingOf({ exitCode, ended, stdout, stderr }: CommandResult): { how: string; said?: string } {
  const said = lastWords(stderr) || lastWords(stdout)
  return { how: ended ?? `exit code ${exitCode}`, ...(said === '' ? {} : { said }) }
}

/** For what an effect comes to whose program did not end by itself. */
export function cutOf({
  cut,
  stillRuns,
}: CommandResult): Pick<EffectFailureDetails, 'program'> & { code?: string } {
  if (cut === undefined) return {}
  return {
    // The end of the run is no failure of its own.
    ...(cut === 'interrupted' ? { code: 'interrupted' } : {}),
    program: stillRuns === true ? 'still-runs' : 'half-way',
  }
}

/** For messages: the program without its folder. */
export function programOf({ argv: [program] }: Place): string {
  return program.split('/').at(-1) ?? program
}

function lastWords(text: string): string {
  return printable(text.trimEnd().slice(-300), 300)
}

function holdsSecret(word: string): boolean {
  return hasSecretMarker(word) || referencesIn(word).some(({ name }) => name.startsWith('secrets.'))
}
