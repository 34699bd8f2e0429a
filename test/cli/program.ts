import { fileURLToPath } from 'node:url'

import { tempFolder } from '../helpers/folder.ts'
import { type Finished, run } from '../helpers/process.ts'

export const BIN = fileURLToPath(new URL('../../bin/rollback.js', import.meta.url))

interface Options {
  cwd: string
  env?: Record<string, string>
}

/** The program as a person starts it, in a folder and with a store of its own; no terminal. */
export function rollback(args: readonly string[], { cwd, env = {} }: Options): Promise<Finished> {
  return run(process.execPath, [BIN, ...args], { cwd, env: environment(cwd, env), input: '' })
}

export function environment(cwd: string, env: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PATH = '', TMPDIR } = process.env
  return {
    PATH,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    HOME: cwd,
    LANG: 'C.UTF-8',
    ROLLBACK_STORE: `${cwd}/store`,
    ...env,
  }
}

export function folder(): ReturnType<typeof tempFolder> {
  return tempFolder('cli')
}

/** Every line of an NDJSON output. */
export function documents(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
