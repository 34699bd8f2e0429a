import { join } from 'node:path'

import type { StoredRun } from '../../src/runtime/types.ts'
import { lockIn, type LockRecord } from '../../src/runtime/store/lock-record.ts'
import { carryThrough } from '../../src/runtime/carry-through.ts'
import { LOCK, lockText } from '../../src/runtime/store/lock-record.ts'
import type { Session } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { watched } from '../runtime/runbook-of.ts'
import type { Job } from './protocol.ts'
import type { Luck } from './rounds.ts'
import { enterWorld, makeWorld, type Meeting, planOf, sessionIn } from './world.ts'

export const SURFACES = ['a', 'b', 'c']

/** Where they meet, and which part of the rounds is told there: across machines each costs a hundred times as much. */
export const MEETINGS = [
  { meeting: 'folder', where: 'on one machine', share: 1, surfaces: SURFACES },
  { meeting: 'git', where: 'across machines', share: 0.1, surfaces: SURFACES.slice(0, 2) },
] as const

/** So many rounds use one store: what earlier ones left on it is a part of the test, and a folder must not grow for ever. */
const ROUNDS_A_STORE = 50

/** A new world now and then, where they meet like that. */
export async function worldSeries(meeting: Meeting = 'folder') {
  const folder = await tempFolder('races')
  return {
    worldOf: (round: number): string =>
      makeWorld(join(folder.path, `world-${Math.floor(round / ROUNDS_A_STORE)}`), SURFACES, meeting),
    /** One for this round only. */
    ownWorld: (round: number): string => makeWorld(join(folder.path, `own-${round}`), SURFACES, meeting),
    stop: folder.stop,
  }
}

/** A run of its own id (of a round, and of somebody in it) and target. */
export function runJob(round: number, who: number, chance: Luck, surfaces = SURFACES, service = 'api') {
  const id = `20260101-${String(round).padStart(6, '0')}-${who.toString(16).padStart(4, '0')}`
  const target = Array.from({ length: 12 }, () => chance.below(16).toString(16)).join('')
  return { kind: 'run', id, service, surfaces: [...surfaces], target } as const satisfies Job
}

/** The test's own look at the world of the workers; where each has a machine of its own, from one more. */
export function lookAt(world: string): Session {
  return sessionIn(world, 'onlooker')
}

export async function lockOf(session: Session, service = 'api'): Promise<LockRecord | undefined> {
  const board = session.store.board(service, 'production')
  return lockIn((await board.read()).files, board.place)
}

/** As a holder that cannot do so any more would have left it. */
export async function rewriteLock(session: Session, members: Partial<LockRecord>): Promise<void> {
  const board = session.store.board('api', 'production')
  const seen = await board.read()
  const record = lockIn(seen.files, board.place)
  if (record === undefined) throw new Error('there is no lock')
  await board.write(seen, { [LOCK]: lockText({ ...record, ...members }) }, 'as it was left')
}

/** A run that was interrupted after its first change; its lock is left with it. */
export async function leaveUnfinished(world: string, job: Extract<Job, { kind: 'run' }>): Promise<StoredRun> {
  const session = lookAt(world)
  const interrupt = new AbortController()
  enterWorld(world, { after: () => interrupt.abort('SIGTERM') })
  await carryThrough(session, await planOf(session, job), watched({ interrupt: interrupt.signal }))
  return session.store.find(job.id)
}
