import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

import type { CommandRequest, ReadDoor, WriteDoor } from '../core/doors.ts'
import type { Session } from './types.ts'

// A runbook means the same wherever it is typed from: paths in it (scripts, secrets in files, the clone of the history)
// start at the folder that it belongs to, and not at the one where somebody happens to stand at night.

/** Folders in which runbooks are kept by convention: one there belongs to the folder above. */
const KEPT_IN = new Set(['.rollback', 'runbooks', 'ops', 'deploy'])

/** The folder that a runbook belongs to. */
export function folderOf(runbook: string): string {
  const folder = dirname(resolve(runbook))
  return KEPT_IN.has(basename(folder)) ? dirname(folder) : folder
}

/** The same session, working in the folder of the runbook; where it is gone (a plan from another machine) in ours. */
export function inFolderOf(runbook: string, session: Session): Session {
  const folder = folderOf(runbook)
  if (!existsSync(folder)) return session
  const read = readFrom(folder, session.read)
  const write: WriteDoor = {
    ...readFrom(folder, session.write),
    send: (request) => session.write.send(request),
    execute: (command, began) => session.write.execute(started(folder, command), began),
  }
  return { ...session, read, write, secretsOf: (refs) => session.secretsOf(refs, read) }
}

function readFrom(folder: string, door: ReadDoor): ReadDoor {
  return {
    ...door,
    look: (command) => door.look(started(folder, command)),
    file: (path) => door.file(resolve(folder, path)),
    written: (path) => door.written(resolve(folder, path)),
  }
}

function started(folder: string, command: CommandRequest): CommandRequest {
  return { ...command, cwd: command.cwd === undefined ? folder : resolve(folder, command.cwd) }
}
