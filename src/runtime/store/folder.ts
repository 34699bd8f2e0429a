import { homedir } from 'node:os'
import { join } from 'node:path'

import { Problem } from '../../core/problem.ts'
import { isFinished } from '../close-run.ts'
import type { Store, StoredRun } from '../types.ts'
import { boardFolder, boardsIn } from './board-folders.ts'
import { folderBoard } from './folder-board.ts'
import { type RunFolders, runFolders } from './run-folders.ts'
import { oneOf } from './run-named.ts'

// The store of one machine and user: `<root>/runs/` and `<root>/boards/`.

const PACE = { beat: 5000, ttl: 30_000 }

export interface FolderStoreOptions {
  root: string
  redact(text: string): string
  now(): number
}

/** `$XDG_STATE_HOME/rollback`, else `~/.local/state/rollback`; `$ROLLBACK_STORE` stands before both. */
export function defaultRoot(env: NodeJS.ProcessEnv): string {
  if (env['ROLLBACK_STORE']) return env['ROLLBACK_STORE']
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'rollback')
}

export function folderStore(options: FolderStoreOptions): Store {
  const { root } = options
  const folders = runFolders(options)
  const load = (id: string) => loadRun(folders, id)

  return {
    place: root,
    create: (plan) => folders.create(plan),

    async reopen(id) {
      const plan = await folders.plan(id)
      return { plan, ...(await folders.reopen(id)) }
    },

    pace: PACE,

    board: (service, environment) => folderBoard(boardFolder(root, service, environment)),

    async boards() {
      const all = await boardsIn(root)
      return all.map(({ folder, ...rest }) => ({ ...rest, board: folderBoard(folder) }))
    },

    async isOver(id) {
      try {
        const run = await load(id)
        if (isFinished(run)) return true
        // Its first line is on disk before it does anything. An undo stands for the changes that it is to take back.
        return run.lines.length === 0 && run.plan.kind === 'run'
      } catch (error) {
        // A run whose plan was never stored has done nothing.
        if (error instanceof Problem && error.code === 'plan-missing') return true
        throw error
      }
    },

    async list(onDamaged) {
      const all = await newestFirst(folders)
      for (const { id, error } of all) if (error !== undefined) onDamaged?.(id, error)
      return all.flatMap(({ run }) => run ?? [])
    },

    async find(wanted) {
      if (wanted === 'last') {
        const [last] = await newestFirst(folders)
        if (last?.error !== undefined) throw last.error
        if (last?.run !== undefined) return last.run
      }
      return load(oneOf(wanted, await folders.ids()))
    },
  }
}

async function loadRun(folders: RunFolders, id: string): Promise<StoredRun> {
  const plan = await folders.plan(id)
  const { lines, late } = await folders.journal(id)
  const unshared = await folders.isUnshared(id)
  return { plan, lines, ...(late.length === 0 ? {} : { late }), ...(unshared ? { unshared } : {}) }
}

interface Listed {
  id: string
  /** Milliseconds since the epoch. */
  at: number
  run?: StoredRun
  error?: unknown
}

/** By the start of the run: an id tells only the second in which its plan was made. */
async function newestFirst(folders: RunFolders): Promise<Listed[]> {
  const all = await Promise.all(
    (await folders.ids()).map(async (id): Promise<Listed> => {
      try {
        const run = await loadRun(folders, id)
        return { id, at: run.lines[0]?.at ?? Date.parse(run.plan.createdAt), run }
      } catch (error) {
        return { id, at: await folders.madeAt(id), error }
      }
    }),
  )
  return all.sort((a, b) => b.at - a.at)
}
