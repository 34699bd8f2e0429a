import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { findProgram } from './need.ts'
import { type Stoppable, stoppable } from './stoppable.ts'

const OUTPUT_LIMIT = 64 * 1024
const POLL_MS = 25

export interface Daemon extends Stoppable {
  readonly pid: number
  /** The last 64 KiB of what it wrote, both streams. */
  output(): string
}

interface DaemonOptions {
  /** Polled until true; it may look at what the daemon has written. A throw counts as "not yet". */
  readonly ready: (output: string) => boolean | Promise<boolean>
  readonly readyWithinMs?: number
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Where a clean end takes seconds and saves nothing that a test keeps: SIGKILL. */
  readonly stopSignal?: 'SIGTERM' | 'SIGKILL'
}

const running = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a real daemon and waits until it serves; a failure shows what the daemon had to say. */
export async function startDaemon(
  program: string,
  args: readonly string[],
  options: DaemonOptions,
): Promise<Daemon> {
  const { ready, readyWithinMs = 20_000, cwd, env = process.env, stopSignal = 'SIGTERM' } = options
  const [file, ...argv] = diesWithUs(findProgram(program) ?? program, args)
  const child = spawn(file, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const output = collectOutput(child)
  const failure = once(child, 'error').then(([error]: unknown[]) => String(error))
  const ended = once(child, 'exit').then(() => running.delete(child))

  let why = ''
  const isReady = async (): Promise<boolean> => {
    try {
      return await ready(output())
    } catch (error) {
      why = `: ${String(error)}`
      return false
    }
  }
  const stop = (): Promise<void> => endChild(child, ended, stopSignal)
  const state = await Promise.race([
    poll(isReady, readyWithinMs).then((ok) => (ok ? 'ready' : `it did not get ready in time${why}`)),
    failure,
    ended.then(() => `it ended with ${child.exitCode ?? child.signalCode}`),
  ])
  if (state === 'ready' && child.pid !== undefined) return stoppable({ pid: child.pid, output }, stop)
  await stop()
  throw new Error(`Cannot start ${program}: ${state}\n${output()}`)
}

export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** Runs a program to its end; a failing exit code is an answer here, not an exception. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Finished> {
  const { input, ...rest } = options
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { ...rest, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr, exitCode: 0 })
      else if (typeof error.code === 'number') resolve({ stdout, stderr, exitCode: error.code })
      else reject(error)
    })
    child.stdin?.on('error', () => {}) // A program that does not read its input may be gone already.
    child.stdin?.end(input)
  })
}

/** Like `run`, for set-up steps: anything but exit code 0 stops the test with the program's own words. */
export async function mustRun(...parameters: Parameters<typeof run>): Promise<string> {
  const { stdout, stderr, exitCode } = await run(...parameters)
  const [program, args] = parameters
  if (exitCode !== 0)
    throw new Error(`${program} ${args[0] ?? ''} ended with ${exitCode}: ${stderr}${stdout}`)
  return stdout
}

/** Free at the moment of asking. Where a daemon can listen on port 0 and say which it got, prefer that. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port')
  return address.port
}

/** Asks until `holds` is true, or `withinMs` are over: then false. A throw counts as "not yet". */
export async function poll(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = POLL_MS,
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  for (;;) {
    // oxlint-disable-next-line promise/prefer-await-to-then -- a synchronous throw must count as "not yet" too
    if (
      await Promise.resolve()
        .then(holds)
        .catch(() => false)
    )
      return true
    if (performance.now() > deadline) return false
    await sleep(everyMs)
  }
}

/**
 * vitest ends a stuck worker with SIGKILL, where no 'exit' handler runs; then the kernel has to end our
 * children (Linux; elsewhere the 'exit' handler alone has to do).
 */
function diesWithUs(program: string, args: readonly string[]): [string, ...string[]] {
  const setpriv = findProgram('setpriv')
  return setpriv === undefined ? [program, ...args] : [setpriv, '--pdeathsig', 'KILL', '--', program, ...args]
}

function collectOutput(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_LIMIT)
    })
  }
  return () => output
}

async function endChild(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const patience = new AbortController()
  const impatient = sleep(3000, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  )
  await Promise.race([ended, impatient.then(() => ended)])
  patience.abort()
}
