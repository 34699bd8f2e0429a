import { shellLine } from '../core/shell.ts'

// Commands that a person can copy: what was typed, with something added or taken away.

/** The same command again, with more arguments. */
export function sameCommand(argv: readonly string[], more: readonly string[] = []): string {
  return shellLine(['rollback', ...argv, ...more])
}

/** `--without image --without fence`; takes a list of steps, or one that already holds the option. */
export function withoutArguments(steps: readonly string[]): string[] {
  return steps.flatMap((step) => (step === '--without' ? [] : ['--without', step]))
}
