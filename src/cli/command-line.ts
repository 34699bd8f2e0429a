import type { Release } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'

// Commands that a person can copy: what was typed, with something added or taken away.

/** The same command again, with more arguments. */
export function sameCommand(argv: readonly string[], more: readonly string[] = []): string {
  return shellLine(['rollback', ...argv, ...more])
}

/** Options that a run which has been decided on has no use for, each with its value. */
const DECIDING = new Set(['--if', '--sample'])

/**
 * The run that was typed, to be typed again: to the version that it has gone to, and whatever the triggers say by then.
 * undefined for the plan of a file, which has had its run.
 */
export function sameRunLine(argv: readonly string[], { sha, tag, given }: Release): string | undefined {
  const target = sha ?? tag ?? given
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    const [option = ''] = word.split('=')
    const takesNext = !word.includes('=')
    if (option === '--plan') return undefined
    if (DECIDING.has(option) || option === '--target') {
      if (option === '--target') words.push('--target', target)
      if (takesNext) index += 1
    } else words.push(word)
  }
  return sameCommand(words)
}

/** `--without image --without fence`; takes a list of steps, or one that already holds the option. */
export function withoutArguments(steps: readonly string[]): string[] {
  return steps.flatMap((step) => (step === '--without' ? [] : ['--without', step]))
}
