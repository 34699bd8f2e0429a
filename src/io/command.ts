import { existsSync } from 'node:fs'

import type { CommandRequest, CommandResult } from '../core/contract.ts'
import { formatDuration } from '../core/duration.ts'
import { childEnv } from './child-env.ts'
import { createTail } from './tail.ts'

const TIMEOUT = 60_000
const LIMIT = 64 * 1024
/** Between asking a process group to end and ending it. */
const GRACE = 2000
/** A program may leave something behind that keeps our pipe open; its output is waited for no longer than this. */
const LEFTOVER = 500

/** Process groups that we started and that may still run. */
const live = new Set<number>()
let watchingExit = false

/**
 * Runs a program to its end. Never throws: a failure to start or to end is part of the answer, and no
 * argument is ever part of a message (arguments may hold what nobody should read).
 */
export async function runCommand(request: CommandRequest, signal?: AbortSignal): Promise<CommandResult> {
  const { execa } = await import('execa')
  const [file, ...args] = request.argv
  const timeout = request.timeout ?? TIMEOUT
  const outputs = { stdout: createTail(request.limit ?? LIMIT), stderr: createTail(request.limit ?? LIMIT) }
  if (signal?.aborted === true) return result(undefined, 'interrupted before it was started', outputs)

  const child = execa(file, args, {
    shell: false,
    // Its own process group, so that what it starts can be ended with it.
    detached: true,
    cleanup: false,
    extendEnv: false,
    env: childEnv(process.env, request.env),
    reject: false,
    buffer: false,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.stdin === undefined ? { stdin: 'ignore' as const } : { input: request.stdin }),
  })
  child.stdout?.on('data', (chunk: Uint8Array) => outputs.stdout.push(chunk))
  child.stderr?.on('data', (chunk: Uint8Array) => outputs.stderr.push(chunk))

  const { pid, nodeChildProcess: node } = child
  if (pid === undefined) return result(undefined, whyNotStarted(await child, request), outputs)
  const end = guard(pid)
  let ended: string | undefined
  const stop = (why: string) => {
    ended ??= why
    end.now()
  }
  const timer = setTimeout(() => stop(`timed out after ${formatDuration(timeout)}`), timeout)
  const abort = () => stop('interrupted')
  signal?.addEventListener('abort', abort, { once: true })

  const gone = Promise.race([
    new Promise<void>((resolve) => node.once('exit', () => setTimeout(resolve, LEFTOVER))),
    new Promise<void>((resolve) => node.once('close', () => resolve())),
  ])
  await Promise.race([gone, end.killed])
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  end.release()
  child.stdout?.destroy()
  child.stderr?.destroy()
  if (node.signalCode !== null) ended ??= `killed by ${node.signalCode}`
  return result(ended === undefined ? (node.exitCode ?? undefined) : undefined, ended, outputs)
}

/** Ends every process group that still runs, at once. */
export function killChildren(signal: NodeJS.Signals = 'SIGKILL'): void {
  for (const pid of live) signalGroup(pid, signal)
}

/** Remembers a process group until it is released, and ends it on demand: politely, then not. */
function guard(pid: number) {
  live.add(pid)
  if (!watchingExit) {
    watchingExit = true
    process.once('exit', () => killChildren())
  }
  const killed = Promise.withResolvers<void>()
  let impatience: NodeJS.Timeout | undefined
  return {
    /** Resolves when the group was killed and has had a moment to be gone. */
    killed: killed.promise,
    now(): void {
      signalGroup(pid, 'SIGTERM')
      impatience ??= setTimeout(() => {
        signalGroup(pid, 'SIGKILL')
        impatience = setTimeout(killed.resolve, LEFTOVER)
      }, GRACE)
    },
    release(): void {
      // The leader went on being asked to; what it started in its group has to go too.
      if (impatience !== undefined) signalGroup(pid, 'SIGKILL')
      clearTimeout(impatience)
      live.delete(pid)
    },
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch (error) {
    // Gone already, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function whyNotStarted(outcome: object, { cwd }: CommandRequest): string {
  if (cwd !== undefined && !existsSync(cwd)) return 'its working folder does not exist'
  const code = 'code' in outcome && typeof outcome.code === 'string' ? outcome.code : 'unknown reason'
  if (code === 'ENOENT') return 'not found'
  return code === 'EACCES' ? 'not executable' : `could not be started (${code})`
}

type Tails = Record<'stdout' | 'stderr', ReturnType<typeof createTail>>

function result(exitCode: number | undefined, ended: string | undefined, tails: Tails): CommandResult {
  const stdout = tails.stdout.end()
  const stderr = tails.stderr.end()
  return {
    exitCode,
    ...(ended === undefined ? {} : { ended }),
    stdout: stdout.text,
    stderr: stderr.text,
    dropped: stdout.dropped + stderr.dropped,
  }
}
