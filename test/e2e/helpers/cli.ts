import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { tempFolder } from '../../helpers/folder.ts'
import { type Stoppable, stoppable } from '../../helpers/stoppable.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/rollback.js', import.meta.url))

/** A line of what `--json` prints; its other members depend on its type. */
interface JsonDocument {
  readonly format: number
  readonly type: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into documents of every type
  readonly [member: string]: any
}

export interface CliResult {
  /** undefined when a signal ended it: the program itself answers signals with an exit code. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** Both streams, for what must be in neither of them. */
  readonly output: string
  /** The last line of stdout, which is the result; throws what was printed when that is not JSON. */
  json(): JsonDocument
  /** Every line of stdout. */
  documents(): readonly JsonDocument[]
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Without it stdin is empty, and ended. */
  readonly stdin?: string
  /** Default: the folder of this `Cli`. */
  readonly cwd?: string
  /** A program that starts it, such as strace. */
  readonly under?: readonly string[]
}

/** The program while it runs. */
interface RunningCli {
  readonly result: Promise<CliResult>
  /** What it has printed so far, both streams. */
  output(): string
  kill(signal: NodeJS.Signals): void
}

export interface Cli extends Stoppable {
  /** Where the commands run; also a place for runbooks and plan files. */
  readonly folder: string
  /** `$ROLLBACK_STORE`; not there until something is written. */
  readonly store: string
  /** What every command gets, and nothing of the machine's own settings and logins but PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Runs the built program to its end. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  start(args: readonly string[], options?: CliOptions): RunningCli
}

/** The built program as a user has it, with a store, a home and a working folder of its own. */
export async function makeCli(env: Readonly<Record<string, string>> = {}): Promise<Cli> {
  const root = await tempFolder('cli')
  const [folder, home, store] = ['work', 'home', 'store'].map((name) => join(root.path, name)) as [
    string,
    string,
    string,
  ]
  await Promise.all([mkdir(folder), mkdir(home)])
  const running = new Set<ChildProcess>()
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', ROLLBACK_STORE: store, ...env }

  function start(args: readonly string[], options: CliOptions = {}): RunningCli {
    const [program = '', ...rest] = [...(options.under ?? []), process.execPath, PROGRAM, ...args]
    const child = spawn(program, rest, {
      cwd: options.cwd ?? folder,
      env: { ...own, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    running.add(child)
    child.stdin.on('error', () => {}) // A program that does not read its input may be gone already.
    child.stdin.end(options.stdin)
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text
      })
    const result = resultOf(child, printed)
      .then(withoutWarnings)
      .finally(() => running.delete(child))
    // Whoever only starts it may end the test without asking for the result.
    result.catch(() => {})
    return {
      result,
      output: () => printed.stdout + printed.stderr,
      kill: (signal) => void child.kill(signal),
    }
  }

  return stoppable(
    {
      folder,
      store,
      env: own,
      start,
      run: (args: readonly string[], options?: CliOptions) => start(args, options).result,
    },
    async () => {
      for (const child of running) child.kill('SIGKILL')
      await root.stop()
    },
  )
}

/** What Node itself has to say is no business of the user's. */
function withoutWarnings(result: CliResult): CliResult {
  const found = /^\(node:\d+\) .*/m.exec(result.stderr)
  if (found !== null) throw new Error(`Node warns: ${found[0]}`)
  return result
}

/** Texts are wrapped for a terminal: what they say is the same on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Else the test fails with everything that the program has printed. */
export function expectExit(result: CliResult, exitCode: number): void {
  if (result.exitCode !== exitCode)
    throw new Error(`it ended with ${result.exitCode} instead of ${exitCode}:\n${result.output}`)
}

async function resultOf(
  child: ChildProcess,
  printed: Readonly<Record<'stdout' | 'stderr', string>>,
): Promise<CliResult> {
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const { stdout, stderr } = printed
  const documents = (): JsonDocument[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parse(line, stdout, stderr))
  return {
    exitCode: exitCode ?? undefined,
    stdout,
    stderr,
    output: stdout + stderr,
    documents,
    json() {
      const last = documents().at(-1)
      if (last === undefined) throw new Error(`nothing was printed to stdout; stderr:\n${stderr}`)
      return last
    },
  }
}

function parse(line: string, stdout: string, stderr: string): JsonDocument {
  try {
    return JSON.parse(line) as JsonDocument
  } catch (cause) {
    throw new Error(`not JSON: ${line}\nstdout:\n${stdout}\nstderr:\n${stderr}`, { cause })
  }
}
