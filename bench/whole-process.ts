import { spawnSync } from 'node:child_process'

import type { Contender } from './measure.ts'
import { plainEnvironment } from './program.ts'

export interface WholeProcess {
  readonly name: string
  readonly program: string
  readonly argv: readonly string[]
  /** The exit code of a process that did its work; 0 without it. */
  readonly exit?: number
}

/** From the start to the exit code. A process that ended otherwise throws. */
export function wholeProcess(whole: WholeProcess): Contender {
  return { name: whole.name, run: async () => void runWhole(whole) }
}

/** Synchronously: our own event loop must not stand between the end of a process and the clock. */
export function runWhole({ name, program, argv, exit = 0 }: WholeProcess): Buffer | null | undefined {
  const { status, error, stderr, output } = spawnSync(program, argv, {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  if (status !== exit) throw new Error(`${name} ended with ${status}: ${String(error ?? stderr)}`)
  return output[3]
}
