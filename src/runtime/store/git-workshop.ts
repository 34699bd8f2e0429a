import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { CommandRequest, CommandResult, ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'

// A bare repository for one process, made at its first use and gone at its end. What is fetched is small, while in one
// that processes share they would meet each other's locks, also those that a killed one left behind.

/** What a killed process left is removed after this time, in milliseconds. */
const LEFT_BEHIND = 24 * 3_600_000

/** Whatever the machine is set to: no hooks, no signatures, nothing that goes on in the background. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
  'push.gpgSign=false',
  'push.followTags=false',
  // Empty: forgets those that were set.
  'push.pushOption=',
  'submodule.recurse=false',
  'init.defaultObjectFormat=sha1',
].flatMap((setting) => ['-c', setting])

export type Run = (command: CommandRequest) => Promise<CommandResult>

export interface Workshop {
  /** One call after another: git locks what it touches. */
  git(run: Run, args: readonly string[], more?: Partial<CommandRequest>): Promise<CommandResult>
}

export async function openWorkshop(cacheRoot: string, read: ReadDoor): Promise<Workshop> {
  const folder = join(cacheRoot, 'boards')
  const path = await made(folder)
  leave(path)
  const init = await read.look({
    argv: ['git', ...SETTINGS, 'init', '--quiet', '--bare', '--template=', path],
  })
  if (init.exitCode !== 0) throw noWorkshop(path, init.ended ?? init.stderr.trim())
  let last: Promise<unknown> = sweep(folder, read.now() - LEFT_BEHIND)
  return {
    git(run, args, more) {
      const next = last.then(() => run({ argv: ['git', '-C', path, ...SETTINGS, ...args], ...more }))
      // A door that threw has done nothing: the next one is not kept waiting for ever.
      last = next.catch(() => undefined)
      return next
    },
  }
}

async function made(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await mkdtemp(join(folder, 'board-'))
  } catch (error) {
    throw noWorkshop(folder, error instanceof Error ? error.message : String(error), error)
  }
}

const left = new Set<string>()

function leave(path: string): void {
  if (left.size === 0) {
    process.once('exit', () => {
      for (const one of left) rmSync(one, { recursive: true, force: true })
    })
  }
  left.add(path)
}

/** Housekeeping: what cannot be removed now stays for another time. */
async function sweep(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    try {
      if (!left.has(path) && (await stat(path)).mtimeMs < before) await rm(path, { recursive: true })
    } catch {
      // Somebody else's housekeeping was faster.
    }
  }
}

function noWorkshop(path: string, found: string, cause?: unknown): Problem {
  return new Problem({
    code: 'cache-unusable',
    message: `no git repository could be made in ${path}, and without one the shared store cannot be reached`,
    found,
    cure: 'install git, and make the folder writable or choose another with the environment variable XDG_CACHE_HOME',
    cause,
  })
}
