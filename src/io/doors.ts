import { setTimeout as wait } from 'node:timers/promises'

import type { Began, CommandRequest, HttpRequest, HttpResponse, ReadDoor, WriteDoor } from '../core/doors.ts'
import { interruptedExit } from '../core/interruption.ts'
import { Problem } from '../core/problem.ts'
import { steadyNow } from './clock.ts'
import { assertReadOnly } from './read-only.ts'
import { credentialsIn } from './sent-credentials.ts'
import { MEGABYTE, readTextFile, UnfitFile, writtenAt } from './text-file.ts'

// What the doors need is loaded by the first who goes through: most commands never do.

/** Of a secret, a kubeconfig, a certificate: far less is usual. */
const LONGEST_FILE = 4 * MEGABYTE

export interface DoorOptions {
  /** Ends what is being looked at, and lets nothing new begin. A write under way is left to end by itself. */
  signal?: AbortSignal | undefined
  /** Given every credential before it is sent: from then on it is to be in no output. */
  conceal?: ((credential: string) => void) | undefined
  /** Told of every exchange after it ended. */
  onRequest?: ((seen: SeenExchange) => void) | undefined
}

export interface SeenExchange {
  door: 'read' | 'write'
  method: string
  /** `name:port` */
  host: string
  /** Without its query. May still be a secret (hooks): not for printing. */
  path: string
  status?: number | undefined
  /** Instead of a status. */
  error?: string | undefined
  /** Milliseconds. */
  took: number
}

export interface Doors {
  read: ReadDoor
  write: WriteDoor
  /** Ends the programs that carry effects out: who waits for one hears what became of it. */
  endEffects(): void
  /** Ends everything that is under way: requests, commands, idle connections. */
  close(): Promise<void>
}

export function openDoors(options: DoorOptions = {}): Doors {
  const closing = new AbortController()
  const ending = new AbortController()
  const looking = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal
  // A write door looks too (before and after it acts): only closing ends that.
  const read = readDoor(options, looking, 'read')
  const write: WriteDoor = {
    ...readDoor(options, closing.signal, 'write'),
    send: (request) => seen(options, 'write', request, closing.signal),
    // Without `began` it is ours, such as a push to the store.
    execute: (command, began) =>
      run(
        command,
        began === undefined ? closing.signal : AbortSignal.any([closing.signal, ending.signal]),
        began,
      ),
  }
  return {
    read,
    write,
    endEffects: () => ending.abort(),
    close: async () => {
      if (closing.signal.aborted) return
      closing.abort()
      if (httpUsed) (await import('./http-agents.ts')).closeHttp()
      if (commandsUsed) (await import('./process-group.ts')).killChildren()
    },
  }
}

let httpUsed = false
let commandsUsed = false

function readDoor(options: DoorOptions, signal: AbortSignal, door: SeenExchange['door']): ReadDoor {
  return {
    async http(request) {
      assertReadOnly(request)
      return seen(options, door, request, signal)
    },
    async stream(request, until) {
      assertReadOnly(request)
      conceal(options, request)
      httpUsed = true
      const { openStream } = await import('./http.ts')
      return openStream(request, AbortSignal.any([until, signal]))
    },
    look: (command) => run(command, signal),
    file: (path) => orUnreadable(path, () => readTextFile(path, LONGEST_FILE)),
    written: (path) => orUnreadable(path, () => writtenAt(path)),
    env: (name) => process.env[name],
    now: steadyNow,
    sleep: (milliseconds) => sleep(milliseconds, signal),
  }
}

function conceal(options: DoorOptions, request: HttpRequest): void {
  if (options.conceal === undefined) return
  for (const credential of credentialsIn(request)) options.conceal(credential)
}

async function seen(
  options: DoorOptions,
  door: SeenExchange['door'],
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  httpUsed = true
  conceal(options, request)
  const { onRequest } = options
  const { exchange } = await import('./http.ts')
  if (onRequest === undefined) return exchange(request, signal)
  const start = performance.now()
  const tell = (outcome: { status: number } | { error: string }) =>
    onRequest({
      door,
      method: request.method,
      ...placeOf(request),
      ...outcome,
      took: performance.now() - start,
    })
  try {
    const response = await exchange(request, signal)
    tell({ status: response.status })
    return response
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

function placeOf({ url }: HttpRequest): { host: string; path: string } {
  if (!URL.canParse(url)) return { host: '', path: '' }
  const { host, pathname } = new URL(url)
  return { host, path: pathname }
}

async function run(command: CommandRequest, signal: AbortSignal, began?: Began) {
  commandsUsed = true
  const { runCommand, runEffect } = await import('./command.ts')
  return began === undefined ? runCommand(command, signal) : runEffect(command, began, signal)
}

/** Undefined when there is no such file. */
async function orUnreadable<T>(path: string, look: () => T): Promise<T | undefined> {
  try {
    return look()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Problem({
      code: 'unreadable-file',
      message: `${path} cannot be read`,
      found: whyUnreadable(error, code),
      cause: error,
    })
  }
}

function whyUnreadable(error: unknown, code: unknown): string {
  if (error instanceof UnfitFile) return `it ${error.message}`
  return code === 'EACCES' ? 'permission denied' : String(code)
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal })
  } catch (error) {
    throw new Problem({
      code: 'interrupted',
      message: 'Interrupted while waiting',
      exit: interruptedExit(signal),
      cause: error,
    })
  }
}
