import { randomUUID } from 'node:crypto'

import type { CommandRequest, CommandResult, WriteDoor } from '../../core/doors.ts'
import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import { type GitRemote, gitRemote, REMOTE, shownUrl } from '../git-remote.ts'
import { type Board, changed, type Snapshot } from './board.ts'
import { filesIn, importStream } from './git-objects.ts'
import { denied, isDenied, noRefName, unreachable } from './git-problems.ts'
import { openWorkshop, type Run, type Workshop } from './git-workshop.ts'

// Boards on a git remote, which every team has already: one ref for a service and environment, one commit a write. The
// remote itself compares and swaps (`--force-with-lease`), so that of two writers one wins, wherever they are.

const ROOT = 'refs/rollback'

/** How often a push is tried whose answer was lost or that met another one, and the first pause in milliseconds. */
const TRIES = 4
const PAUSE = 200

/** So many later writes are looked through for one of ours whose answer was lost. */
const DEPTH = 64

export interface GitBoardsOptions {
  /** A url, a path, or the name of a remote of the clone `repository`. */
  remote: string
  /** Where a name is looked up and a path starts; absolute, or from where the doors start. */
  repository: string
  /** Folder for what can be fetched again. */
  cacheRoot(): string
  /** Also for looking: after an interruption a lock has still to be given back, and the last lines to be sent. */
  write: WriteDoor
}

export interface GitBoards {
  board(service: string, environment: string): Board
  /** All that there are on the remote, also those of other services. Throws like `Board.read`. */
  list(): Promise<{ service: string; environment: string }[]>
}

interface Opened {
  remote: GitRemote
  workshop: Workshop
}

/** Nothing is asked before the first use. */
export function gitBoards(options: GitBoardsOptions): GitBoards {
  let opened: Promise<Opened> | undefined
  const open = () => (opened ??= openRemote(options))
  // One for each ref: it remembers what it has read, and reads no commit twice.
  const boards = new Map<string, Board>()
  return {
    board(service, environment) {
      const ref = refName(service, environment)
      const board = boards.get(ref) ?? gitBoard(options, open, ref)
      boards.set(ref, board)
      return board
    },
    async list() {
      const { remote, workshop } = await open()
      const seen = await workshop.git(
        options.write.look,
        ['ls-remote', '--refs', '--', REMOTE, `${ROOT}/*`],
        remote.call,
      )
      if (seen.exitCode !== 0) throw unread(remote.place, `${ROOT}/*`, seen)
      return [...seen.stdout.matchAll(/\trefs\/rollback\/([^/\n]+)\/([^/\n]+)$/gm)].map(
        ([, service = '', environment = '']) => ({ service, environment }),
      )
    },
  }
}

async function openRemote({ remote, repository, cacheRoot, write }: GitBoardsOptions): Promise<Opened> {
  const found = await gitRemote({ remote, repository, to: 'push' }, write)
  if (found !== undefined) return { remote: found, workshop: await openWorkshop(cacheRoot(), write) }
  throw new Problem({
    code: 'store-unreachable',
    message: `the shared store cannot be reached: ${repository} has no remote "${remote}"`,
    cure: 'run it in the clone that has the remote, or name its url in the runbook',
    exit: EXIT.refused,
  })
}

function gitBoard(options: GitBoardsOptions, open: () => Promise<Opened>, ref: string): Board {
  const { write } = options
  const mine = ref.replace(ROOT, 'refs/boards')
  let known: Snapshot = { version: '', files: {} }

  /** The newest commit, fetched; undefined where there is none yet. */
  async function fetched({ remote, workshop }: Opened, depth: number): Promise<string | undefined> {
    const flags = [`--depth=${depth}`, '--quiet', '--no-tags', '--no-recurse-submodules']
    const result = await workshop.git(
      write.look,
      ['fetch', ...flags, '--', REMOTE, `+${ref}:${mine}`],
      remote.call,
    )
    if (result.exitCode === 0)
      return (await must(workshop, write.look, ['rev-parse', '--verify', mine])).trim()
    if (result.stderr.includes("couldn't find remote ref")) return undefined
    throw unread(remote.place, ref, result)
  }

  /** What the ref is now, told by the remote again and again: after a push whose answer was lost it has to be known. */
  async function settled({ remote, workshop }: Opened): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await workshop.git(write.look, ['ls-remote', '--', REMOTE, ref], remote.call)
      if (result.exitCode === 0) return result.stdout.split('\t', 1)[0]?.trim() ?? ''
      // What did not answer in time is not waited for once more: the lock of a run must not hang.
      if (attempt === TRIES || result.ended !== undefined)
        throw unreachable(remote.place, result, 'not-known')
      await write.sleep(pause(attempt))
    }
  }

  async function isBelow(at: Opened, ours: string): Promise<boolean> {
    const tip = await fetched(at, DEPTH)
    if (tip === undefined) return false
    const result = await at.workshop.git(write.look, ['merge-base', '--is-ancestor', ours, tip])
    return result.exitCode === 0
  }

  /** Whether this commit was written; a push with a lost answer may have been. */
  async function pushed(at: Opened, ours: string, former: string): Promise<boolean> {
    const { remote, workshop } = at
    for (let attempt = 1; ; attempt += 1) {
      const lease = `--force-with-lease=${ref}:${former}`
      const flags = ['--porcelain', '--no-verify', '--no-signed', '--no-follow-tags', lease]
      const result = await workshop.git(
        write.execute,
        ['push', ...flags, '--', REMOTE, `${ours}:${ref}`],
        remote.call,
      )
      if (result.exitCode === 0) return true
      const now = await settled(at)
      if (now === ours) return true
      // Also where it was rejected: the transport may have sent it twice, and the second one met the first.
      if (now !== former) return isBelow(at, ours)
      if (isDenied(result)) throw denied(remote.place, ref, 'write', result)
      if (attempt === TRIES || result.ended !== undefined)
        throw unreachable(remote.place, result, 'not-known')
      await write.sleep(pause(attempt))
    }
  }

  return {
    place: `${ref} of ${shownUrl(options.remote)}`,

    async read() {
      const at = await open()
      const version = await fetched(at, 1)
      if (version === undefined) return { version: '', files: {} }
      if (version !== known.version) {
        const files = await filesIn(at.workshop, write.look, version, { place: at.remote.place, ref })
        known = { version, files }
      }
      return known
    },

    async write(former, changes, why) {
      const at = await open()
      const local = `refs/writes/${randomUUID()}`
      const stdin = importStream({ ref: local, former: former.version, changes, why, now: write.now() })
      const made = await must(at.workshop, write.look, ['fast-import', '--quiet'], { stdin })
      const version = made.trim()
      if (!(await pushed(at, version, former.version))) return undefined
      known = { version, files: changed(former.files, changes) }
      return known
    },
  }
}

/** For what can only fail here. */
async function must(
  workshop: Workshop,
  run: Run,
  args: readonly string[],
  more?: Partial<CommandRequest>,
): Promise<string> {
  const result = await workshop.git(run, args, more)
  if (result.exitCode === 0) return result.stdout
  throw new Problem({
    code: 'store-unreachable',
    message: `git ${args[0]} failed in the cache of the shared store`,
    found: result.ended ?? result.stderr.trim(),
    cure: 'is the disk full? run the same command again: the cache is made anew each time',
    exit: EXIT.refused,
  })
}

function unread(place: string, ref: string, result: CommandResult): Problem {
  return isDenied(result) ? denied(place, ref, 'read', result) : unreachable(place, result)
}

function refName(service: string, environment: string): string {
  for (const [what, name] of [
    ['service', service],
    ['environment', environment],
  ] as const) {
    // What git demands of a ref: no dot at an end, no two of them, no `.lock`.
    if (!/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(name) || name.endsWith('.lock'))
      throw noRefName(what, name)
  }
  return `${ROOT}/${service}/${environment}`
}

/** Longer each time, and never the same for two that met. */
function pause(attempt: number): number {
  return PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random())
}
