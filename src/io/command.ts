import type { ChildProcess as NodeProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'

import type { Began, CommandRequest, CommandResult } from '../core/doors.ts'
import { formatDuration } from '../core/duration.ts'
import { childEnv } from './child-env.ts'
import { findProgram } from './find-program.ts'
import { guard, HURRY, LEFTOVER } from './process-group.ts'
import { startOf } from './process-identity.ts'
import { openSpills } from './spill.ts'
import { createTail } from './tail.ts'

const TIMEOUT = 60_000
const LIMIT = 64 * 1024

/**
 * Runs a program to its end. Never throws: a failure to start or to end is part of the answer, and no
 * argument is ever part of a message (arguments may hold what nobody should read).
 */
export async function runCommand(request: CommandRequest, signal?: AbortSignal): Promise<CommandResult> {
  if (signal?.aborted === true) return notStarted('interrupted before it was started')
  const limit = request.limit ?? LIMIT
  const outputs = { stdout: createTail(limit), stderr: createTail(limit) }
  const [file, ...args] = request.argv
  const { execa } = await import('execa')
  const child = execa(file, args, {
    shell: false,
    // Its own process group, so that what it starts can be ended with it, and a Ctrl-C of the terminal does not reach it.
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
  if (child.pid === undefined) return notStarted(whyNotStarted(await child, request))
  const ending = await endOf(child.nodeChildProcess, child.pid, request, signal)
  child.stdout?.destroy()
  child.stderr?.destroy()
  const [stdout, stderr] = [outputs.stdout.end(), outputs.stderr.end()]
  return { started: true, ...ending, ...outputOf(stdout, stderr) }
}

/** Waits for a word on its third input, and is nothing but the program afterwards: the process stays the same. */
const GATE = 'IFS= read -r word <&3 && [ "$word" = go ] || exit 125; exec 3<&-; exec "$@"'

/**
 * The same for a program that changes things. It may outlive us, so its process is told of before it begins; and its
 * output goes to files, since it would die of a pipe that nobody reads any more. Throws only what `began` throws.
 */
export async function runEffect(
  request: CommandRequest,
  began: Began,
  signal?: AbortSignal,
): Promise<CommandResult> {
  if (signal?.aborted === true) return notStarted('interrupted before it was started')
  const [name, ...args] = request.argv
  const env = childEnv(process.env, request)
  const found = findProgram(name, { path: env['PATH'], cwd: request.cwd })
  if ('not' in found) return notStarted(`not ${found.not}`)
  let spills: Awaited<ReturnType<typeof openSpills>>
  try {
    spills = await openSpills()
  } catch (error) {
    return notStarted(`its output cannot be kept: ${error instanceof Error ? error.message : String(error)}`)
  }
  const { stdout, stderr } = spills
  const gate = ['-c', GATE, 'sh', found.file, ...args]
  const limit = request.limit ?? LIMIT
  // Not execa: it takes no open files.
  // Loaded only now: most commands start no program. An import() would be left to Node, which warns about it.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const stdin = request.stdin === undefined ? 'ignore' : 'pipe'
  const { cwd } = request
  const node = spawn('/bin/sh', gate, {
    detached: true,
    env,
    cwd,
    stdio: [stdin, stdout.fd, stderr.fd, 'pipe'],
  })
  const failed = new Promise<object>((resolve) => node.once('error', resolve))
  const outputs = async () => outputOf(await stdout.end(limit), await stderr.end(limit))
  const { pid } = node
  if (pid === undefined) {
    await outputs()
    return notStarted(whyNotStarted(await failed, request))
  }
  // A program that ends without reading what it is given.
  node.stdin?.on('error', () => {}).end(request.stdin)
  const word = node.stdio[3] as Writable
  word.on('error', () => {})
  const until = Date.now() + (request.timeout ?? TIMEOUT)
  try {
    await began({ pid, started: startOf(pid) ?? '', until })
  } catch (error) {
    word.destroy()
    await outputs()
    throw error
  }
  word.end('go\n')
  const ending = await endOf(node, pid, request, signal)
  return { started: true, ...ending, ...(await outputs()) }
}

/** Waits for its end, or ends it. */
async function endOf(
  node: NodeProcess,
  pid: number,
  request: CommandRequest,
  signal: AbortSignal | undefined,
): Promise<Pick<CommandResult, 'exitCode' | 'ended' | 'cut' | 'stillRuns'>> {
  const timeout = request.timeout ?? TIMEOUT
  const end = guard(pid)
  let ended: string | undefined
  let cut: CommandResult['cut']
  const stop = (why: CommandResult['cut'], words: string, patience?: number) => {
    cut ??= why
    ended ??= words
    end.now(patience)
  }
  const timer = setTimeout(() => stop('timed out', `timed out after ${formatDuration(timeout)}`), timeout)
  const abort = () => stop('interrupted', 'interrupted', HURRY)
  signal?.addEventListener('abort', abort, { once: true })

  const gone = Promise.race([
    new Promise<void>((resolve) => {
      const soon = () => setTimeout(resolve, LEFTOVER)
      if (node.exitCode !== null || node.signalCode !== null) soon()
      else node.once('exit', soon)
    }),
    new Promise<void>((resolve) => node.once('close', () => resolve())),
  ])
  await Promise.race([gone, end.killed])
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  end.release()
  if (node.signalCode !== null) ended ??= `killed by ${node.signalCode}`
  if (ended === undefined) return { exitCode: node.exitCode ?? undefined }
  const stays = end.denied() && node.exitCode === null && node.signalCode === null
  // Nobody waits for it any longer, this process included.
  if (stays) node.unref()
  if (!stays) return { exitCode: undefined, ended, cut }
  return {
    exitCode: undefined,
    ended: `${ended}, and still runs: it has changed its user, and may not be ended by us`,
    cut,
    stillRuns: true,
  }
}

function whyNotStarted(outcome: object, { cwd }: CommandRequest): string {
  if (cwd !== undefined && !existsSync(cwd)) return 'its working folder does not exist'
  const code = 'code' in outcome && typeof outcome.code === 'string' ? outcome.code : 'unknown reason'
  if (code === 'ENOENT') return 'not found'
  return code === 'EACCES' ? 'not executable' : `could not be started (${code})`
}

type Output = { text: string; dropped: number }

function outputOf(stdout: Output, stderr: Output): Pick<CommandResult, 'stdout' | 'stderr' | 'dropped'> {
  return { stdout: stdout.text, stderr: stderr.text, dropped: stdout.dropped + stderr.dropped }
}

function notStarted(ended: string): CommandResult {
  return { started: false, exitCode: undefined, ended, stdout: '', stderr: '', dropped: 0 }
}
