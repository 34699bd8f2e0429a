import { homedir } from 'node:os'
import { join } from 'node:path'

import { type DoorOptions, openDoors } from '../io/doors.ts'
import { createRedactor } from '../io/redact.ts'
import type { ReadDoor } from '../core/doors.ts'
import type { SecretRef } from '../core/model.ts'
import { openSecrets } from './secrets.ts'
import { defaultRoot, folderStore } from './store/folder.ts'
import type { Session } from './types.ts'
import { whoAmI } from './who.ts'

export interface SessionOptions extends DoorOptions {
  /** Folder of the store; default: per user. */
  storeFolder?: string | undefined
}

/** Opens the doors and the store for one invocation of the program; nothing is read or written yet. */
export function openSession(options: SessionOptions = {}): Session {
  const redactor = createRedactor()
  const doors = openDoors({ ...options, conceal: (value) => redactor.add(value, '[credential]') })
  const redact = (text: string) => redactor.redact(text)
  const storeRoot = (): string => options.storeFolder ?? defaultRoot(process.env)
  return {
    read: doors.read,
    write: doors.write,
    redact,
    secretsOf: (refs: Record<string, SecretRef>, read: ReadDoor = doors.read) =>
      openSecrets(refs, read, (value, name) => redactor.add(value, `[secret ${name}]`)),
    store: folderStore({
      root: storeRoot(),
      redact,
      now: doors.read.now,
    }),
    storeRoot,
    // A function: a user without a home directory has no need of one for most of what we do.
    cacheRoot: () => cacheRoot(process.env),
    who: whoAmI(process.env),
    endEffects: doors.endEffects,
    close: doors.close,
  }
}

function cacheRoot(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rollback')
}
