import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import type { Plan } from '../../src/core/plan/types.ts'
import { sealPlan } from '../../src/core/plan/seal.ts'
import { inStore } from '../../src/runtime/in-store.ts'
import { makePlan } from '../../src/runtime/make-plan.ts'
import { folderStore } from '../../src/runtime/store/folder.ts'
import type { Session } from '../../src/runtime/types.ts'
import { fakeSession, fakeWorld, type FakeWorld } from '../runtime/fake-world.ts'
import { runbookOf, setting } from '../runtime/runbook-of.ts'
import type { Job, Mark } from './protocol.ts'

// What all processes of a race share: `surfaces/` with the version of each, `effects`, a line for each beginning and end
// of an effect (O_APPEND puts the lines in one order), and where they meet. On one machine that is the folder `store/`.
// Machines have nothing in common but the git remote `remote.git`; each has a folder of its own in `machines/`.

export type Meeting = 'folder' | 'git'

export function makeWorld(path: string, surfaces: readonly string[], meeting: Meeting): string {
  mkdirSync(join(path, 'surfaces'), { recursive: true })
  const all = surfacesIn(path)
  for (const id of surfaces) all[id] = { color: 'blue', version: '0000000' }
  appendFileSync(join(path, 'effects'), '')
  if (meeting === 'git' && !existsSync(remoteOf(path)))
    execFileSync('git', ['init', '--quiet', '--bare', remoteOf(path)])
  return path
}

const remoteOf = (world: string): string => join(world, 'remote.git')

/** Of somebody in that world, whose clock is off by so many milliseconds. */
export function sessionIn(world: string, machine: string, skew = 0): Session {
  const meeting: Meeting = existsSync(remoteOf(world)) ? 'git' : 'folder'
  const root = join(world, meeting === 'git' ? `machines/${machine}` : 'store')
  const own = fakeSession(root)
  const now = (): number => Date.now() + skew
  const session: Session = {
    ...own,
    read: { ...own.read, now },
    write: { ...own.write, now },
    who: { name: machine, host: machine, ci: false },
    store: folderStore({ root, redact: own.redact, now }),
  }
  if (meeting === 'folder') return session
  const git = { remote: `file://${remoteOf(world)}`, repository: '.' }
  return inStore(session, { git }, join(world, 'rollback.yaml'))
}

/** In one write call, so that lines never mix. */
export function mark(world: string, line: Mark): void {
  appendFileSync(join(world, 'effects'), `${JSON.stringify(line)}\n`)
}

export function marksOf(world: string): Mark[] {
  const lines = readFileSync(join(world, 'effects'), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Mark)
}

export function versionsIn(world: string, ids: readonly string[]): (string | undefined)[] {
  const all = surfacesIn(world)
  return ids.map((id) => all[id]?.version)
}

/** The platform of the tests with its surfaces in files, that other processes see too. */
export function enterWorld(path: string, own: Partial<FakeWorld> = {}): FakeWorld {
  return fakeWorld({ surfaces: surfacesIn(path), ...own })
}

function surfacesIn(world: string): FakeWorld['surfaces'] {
  const pathOf = (id: string) => join(world, 'surfaces', id)
  return new Proxy<FakeWorld['surfaces']>(
    {},
    {
      get: (_, id) => (typeof id === 'string' ? surfaceAt(pathOf(id)) : undefined),
      set(_, id, value: { version: string }) {
        // Whole or not at all: its writer may be suspended at any moment.
        const draft = join(world, `draft-${process.pid}`)
        writeFileSync(draft, value.version)
        renameSync(draft, pathOf(String(id)))
        return true
      },
      deleteProperty(_, id) {
        rmSync(pathOf(String(id)), { force: true })
        return true
      },
    },
  )
}

function surfaceAt(path: string): { color: string; version: string } | undefined {
  try {
    return { color: 'blue', version: readFileSync(path, 'utf8') }
  } catch {
    // Not there.
    return undefined
  }
}

/** A plan that moves its surfaces one after the other. The id is that of the job: two random bytes are too few for so many in a second. */
export async function planOf(session: Session, job: Extract<Job, { kind: 'run' }>): Promise<Plan> {
  const steps = job.surfaces.map((id) => setting(id))
  const runbook = runbookOf(steps, {}, { service: job.service })
  const outcome = await makePlan(session, { runbook, target: job.target, without: [] })
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  const { seal: _, ...plan } = outcome.plan
  return sealPlan({ ...plan, id: job.id })
}
