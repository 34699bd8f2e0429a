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
  if (signal?.aborted === true) return notStarted('interrupted before it was started')

  const child = execa(file, args, {
    shell: false,
    // Its own process group, so that what it starts can be ended with it.
    detached: true,
    cleanup: false,
    extendEnv: false,
    env: childEnv(process.env, request),
    reject: false,
    buffer: false,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.stdin === undefined ? { stdin: 'ignore' as const } : { input: request.stdin }),
  })
  child.stdout?.on('data', (chunk: Uint8Array) => outputs.stdout.push(chunk))
  child.stderr?.on('data', (chunk: Uint8Array) => outputs.stderr.push(chunk))

  const { pid, nodeChildProcess: node } = child
  if (pid === undefined) return notStarted(whyNotStarted(await child, request))
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
  if (ended === undefined)
    return { started: true, exitCode: node.exitCode ?? undefined, ...outputOf(outputs) }
  const stays = end.denied() && node.exitCode === null && node.signalCode === null
  // Nobody waits for it any longer, this process included.
  if (stays) node.unref()
  return {
    started: true,
    exitCode: undefined,
    ended: stays ? `${ended}, and still runs: it has changed its user, and may not be ended by us` : ended,
    ...outputOf(outputs),
  }
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
  let denied = false
  return {
    /** Whether some of it may not be ended by us. */
    denied: () => denied,
    /** Resolves when the group was killed and has had a moment to be gone. */
    killed: killed.promise,
    now(): void {
      denied = signalGroup(pid, 'SIGTERM') === 'denied'
      impatience ??= setTimeout(() => {
        denied = signalGroup(pid, 'SIGKILL') === 'denied'
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

/** Never throws what a process can be the cause of: it is called by timers, where that would end the whole run. */
function signalGroup(pid: number, signal: NodeJS.Signals): 'sent' | 'gone' | 'denied' {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
    return 'sent'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // Gone already, which is what was wanted.
    if (code === 'ESRCH') return 'gone'
    // It has changed its user (sudo, a setuid program).
    if (code === 'EPERM') return 'denied'
    throw error
  }
}

function whyNotStarted(outcome: object, { cwd }: CommandRequest): string {
  if (cwd !== undefined && !existsSync(cwd)) return 'its working folder does not exist'
  const code = 'code' in outcome && typeof outcome.code === 'string' ? outcome.code : 'unknown reason'
  if (code === 'ENOENT') return 'not found'
  return code === 'EACCES' ? 'not executable' : `could not be started (${code})`
}

type Tails = Record<'stdout' | 'stderr', ReturnType<typeof createTail>>

function outputOf(tails: Tails): Pick<CommandResult, 'stdout' | 'stderr' | 'dropped'> {
  const stdout = tails.stdout.end()
  const stderr = tails.stderr.end()
  return { stdout: stdout.text, stderr: stderr.text, dropped: stdout.dropped + stderr.dropped }
}

function notStarted(ended: string): CommandResult {
  return { started: false, exitCode: undefined, ended, stdout: '', stderr: '', dropped: 0 }
}
