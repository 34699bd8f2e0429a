import { resolve } from 'node:path'

import type { StoreDef } from '../core/model.ts'
import { folderOf } from './in-folder.ts'
import { folderStore } from './store/folder.ts'
import { gitBoards } from './store/git-board.ts'
import { type RunFolders, runFolders } from './store/run-folders.ts'
import { sharedStore } from './store/shared.ts'
import type { Session, Store } from './types.ts'

/** The same session with the store that a runbook, or the plan of a run, names. Nothing is asked before its first use. */
export function inStore(session: Session, def: StoreDef | undefined, runbook: string): Session {
  if (def === undefined) return session
  const base = folderOf(runbook)
  if ('folder' in def) {
    const root = resolve(base, def.folder)
    return { ...session, storeRoot: () => root, store: folderStore({ root, ...readersOf(session) }) }
  }
  const { remote } = def.git
  const repository = resolve(base, def.git.repository)
  const { cacheRoot, write } = session
  const boards = gitBoards({ remote, repository, cacheRoot, write })
  const { folders, local } = ofThisMachine(session)
  const place = `the git remote ${remote} of ${repository}`
  return { ...session, store: sharedStore({ place, boards, folders, local }) }
}

/** The same session with this machine's part of a shared store alone: what it writes is marked, to be sent later. */
export function withoutSharing(session: Session): Session {
  const { folders, local } = ofThisMachine(session)
  const store: Store = {
    ...local,
    create: (plan) => folders.create(plan, { unshared: true }),
    async reopen(id) {
      await folders.setShared(id, false)
      return local.reopen(id)
    },
  }
  return { ...session, store }
}

function ofThisMachine(session: Session): { folders: RunFolders; local: Store } {
  const options = { root: session.storeRoot(), ...readersOf(session) }
  return { folders: runFolders(options), local: folderStore(options) }
}

function readersOf({ redact, read }: Session) {
  return { redact, now: () => read.now() }
}
