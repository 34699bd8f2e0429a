import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Problem } from '../../../src/core/problem.ts'
import type { Board } from '../../../src/runtime/store/board.ts'
import { folderBoard } from '../../../src/runtime/store/folder-board.ts'
import { type Claim, type Grounds, type Held, takeLock } from '../../../src/runtime/store/lock.ts'
import { LOCK, lockIn, lockText, type LockRecord } from '../../../src/runtime/store/lock-record.ts'
import { update } from '../../../src/runtime/store/update.ts'
import { startOf } from '../../../src/io/process-identity.ts'
import { whereAmI } from '../../../src/runtime/where.ts'
import { tempFolder } from '../../helpers/folder.ts'

const PACE = { beat: 20, ttl: 2000 }
const CLAIM: Claim = {
  service: 'api',
  environment: 'production',
  run: 'run-1',
  surfaces: ['ghcr.io/acme/api:prod'],
  owner: { name: 'ana', host: 'laptop', ci: false },
  reason: 'checkout fails',
}

let folder: Awaited<ReturnType<typeof tempFolder>>
let board: Board
let over: Set<string>
let held: Held[]

beforeEach(async () => {
  folder = await tempFolder('lock')
  board = folderBoard(folder.path)
  over = new Set()
  held = []
})

afterEach(async () => {
  for (const one of held) await one.release('free')
  await folder.stop()
})

function grounds(own: Partial<Grounds> = {}): Grounds {
  return { board, pace: PACE, now: Date.now, sleep: wait, isOver: async (run) => over.has(run), ...own }
}

async function take(claim: Partial<Claim> = {}, own: Partial<Grounds> = {}): Promise<Held> {
  const one = await takeLock(grounds(own), { ...CLAIM, ...claim })
  held.push(one)
  return one
}

async function there(): Promise<LockRecord | undefined> {
  return lockIn((await board.read()).files, board.place)
}

/** As a holder that can no longer do so would have left it. */
async function leftBehind(members: Partial<LockRecord>): Promise<void> {
  const { format: _, ...record } = (await take()).record
  // Not a plain write: a sign of life may come in between.
  await update(board, '', () => ({ [LOCK]: lockText({ ...record, claim: 'other', ...members }) }))
}

/** A process that has ended. */
async function gone(): Promise<LockRecord['process']> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  const pid = child.pid ?? 0
  const started = startOf(pid) ?? ''
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { pid, started, where: whereAmI() }
}

/** For a holder that gives no signs of life: suspended, or cut off. */
const mute = (): Board => ({
  ...board,
  write: async (former, changes, why) =>
    why.startsWith('alive') ? undefined : board.write(former, changes, why),
})

const FAST = { now: () => Date.now() + 3_600_000 }

const elsewhere = { pid: 1, started: '1', where: 'another-host/0/0' }

test('it says who holds it, for what, since when, and goes when it is given back', async () => {
  const lock = await take()
  expect(await there()).toMatchObject({
    state: 'held',
    run: 'run-1',
    surfaces: ['ghcr.io/acme/api:prod'],
    owner: { name: 'ana' },
    reason: 'checkout fails',
    process: { pid: process.pid },
  })
  await lock.check()
  await lock.release('free')
  expect(await there()).toBeUndefined()
})

test('while it is held nobody else gets it, and is told by whom and what to do', async () => {
  await take()
  await expect(take({ run: 'run-2' })).rejects.toMatchObject({
    code: 'locked',
    exit: 25,
    message: expect.stringContaining('api, production') as string,
    found: expect.stringMatching(/^run run-1 of ana on .*"checkout fails"/) as string,
  })
  await expect(take({ run: 'run-2', over: 'run-1' })).rejects.toMatchObject({ code: 'locked' })
})

test('it is renewed while it is held', async () => {
  await take()
  const first = (await there())?.renewed ?? 0
  await expect.poll(async () => (await there())?.renewed ?? 0).toBeGreaterThan(first)
})

test.each(['free', 'left'] as const)('given back twice (%s) it is given back', async (how) => {
  const lock = await take()
  await lock.release(how)
  await lock.release(how)
  expect((await there())?.state).toBe(how === 'left' ? 'left' : undefined)
})

test('an unfinished run keeps what it changes, for those who care for it', async () => {
  await (await take()).release('left')
  await expect(take({ run: 'run-2' })).rejects.toMatchObject({
    code: 'owned',
    exit: 25,
    cure: expect.stringMatching(/resume run-1[^]*undo run-1[^]*abandon run-1/) as string,
  })
  await take({ run: 'run-2', over: 'run-1' })
})

test('the process that held it has ended: the same, at once', async () => {
  await leftBehind({ process: await gone() })
  await expect(take({ run: 'run-2' })).rejects.toMatchObject({
    code: 'owned',
    found: expect.stringContaining('its process has ended') as string,
  })
  await take({ run: 'run-2', over: 'run-1' })
})

test('a process id that is used again is not the holder', async () => {
  await leftBehind({ process: { pid: process.pid, started: '1', where: whereAmI() } })
  await take({ run: 'run-2', over: 'run-1' })
  expect(await there()).toMatchObject({ run: 'run-2' })
})

test('a run that has an end on record leaves nothing behind', async () => {
  await leftBehind({ process: await gone() })
  over.add('run-1')
  await take({ run: 'run-2' })
  expect(await there()).toMatchObject({ run: 'run-2' })
})

test('without a sign of life it expires, and still opens to nobody but those who care for the run', async () => {
  await leftBehind({ process: elsewhere, renewed: Date.now() - PACE.ttl - 1 })
  await expect(take({ run: 'run-2' })).rejects.toMatchObject({
    code: 'owned',
    found: expect.stringContaining('no sign of life') as string,
  })
  await take({ run: 'run-2', over: 'run-1' })
})

test('a clock that is fast does not take a lock from a holder that lives', async () => {
  const lock = await take()
  const { format: _, ...record } = lock.record
  await board.write(await board.read(), { [LOCK]: lockText({ ...record, process: elsewhere }) }, '')
  await expect(take({ run: 'run-2', over: 'run-1' }, FAST)).rejects.toMatchObject({ code: 'locked' })
  await lock.check()
})

test('nor one that jumps, as when a machine wakes up with all that runs on it', async () => {
  const lock = await take()
  await expect(take({ run: 'run-2', over: 'run-1' }, FAST)).rejects.toMatchObject({ code: 'locked' })
  await lock.check()
})

test('nor does one that is fast take it where the run has just ended: its undo may follow under the same lock', async () => {
  const lock = await take()
  over.add('run-1')
  await expect(take({ run: 'run-2' }, FAST)).rejects.toMatchObject({ code: 'locked' })
  await lock.passOn('undo-1')
})

test('a holder that is gone, and whose clock was fast, does not block until our clock has come that far', async () => {
  await leftBehind({ process: elsewhere, renewed: Date.now() + 3_600_000 })
  await expect(take({ run: 'run-2' })).rejects.toMatchObject({
    code: 'owned',
    found: expect.stringContaining('ahead of our clock') as string,
  })
  await take({ run: 'run-2', over: 'run-1' })
})

test('whoever cannot reach the store trusts it no longer than others wait for a sign of life', async () => {
  let down = false
  const flaky: Board = {
    ...mute(),
    read: async () => {
      if (down) throw new Problem({ code: 'store-unreachable', message: 'no' })
      return board.read()
    },
  }
  const cutOff = await takeLock(grounds({ board: flaky, pace: { beat: 20, ttl: 400 } }), CLAIM)
  down = true
  await take({ run: 'run-2', over: 'run-1' }, FAST)
  await expect(cutOff.check()).rejects.toMatchObject({ code: 'store-unreachable' })
  down = false
  await cutOff.release('free')
  expect(await there()).toMatchObject({ run: 'run-2' })
})

test('a holder whose lock was taken over learns it before its next effect, and leaves the new one alone', async () => {
  const asleep = await takeLock(grounds({ board: mute(), pace: { beat: 10, ttl: 10 } }), CLAIM)
  await wait(15)
  const next = await take({ run: 'run-1', over: 'run-1', owner: { name: 'bo', host: 'ci', ci: true } })
  await expect(asleep.check()).rejects.toMatchObject({
    code: 'lock-lost',
    exit: 25,
    found: expect.stringContaining('bo on ') as string,
  })
  await asleep.release('free')
  await next.check()
})

test('an undo that follows at once goes on under the same lock', async () => {
  const lock = await take()
  await lock.passOn('undo-1')
  expect(await there()).toMatchObject({ run: 'undo-1', state: 'held' })
})

test('a sign of life that was under way does not bring the former run back', async () => {
  const [underWay, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let beats = 0
  const slowly: Board = {
    ...board,
    write: async (former, changes, why) => {
      const written = await board.write(former, changes, why)
      if (why.startsWith('alive') && ++beats === 1) {
        underWay.resolve()
        await wait(100)
        over.resolve()
      }
      return written
    },
  }
  const lock = await take({}, { board: slowly })
  await underWay.promise
  await lock.passOn('undo-1')
  await over.promise
  const before = beats
  await expect.poll(() => beats).toBeGreaterThan(before + 1)
  expect(await there()).toMatchObject({ run: 'undo-1' })
  expect(lock.record.run).toBe('undo-1')
})

test('a store that does not answer for a moment stops nobody whose lock cannot have expired', async () => {
  let down = false
  const flaky: Board = {
    ...board,
    read: async () => {
      if (down) throw new Problem({ code: 'store-unreachable', message: 'no' })
      return board.read()
    },
  }
  let now = Date.now()
  const lock = await take({}, { board: flaky, pace: { beat: 3_600_000, ttl: 2000 }, now: () => now })
  down = true
  await lock.check()
  now += 1500
  await expect(lock.check()).rejects.toMatchObject({ code: 'store-unreachable' })
  down = false
})

test('a lock that cannot be read blocks', async () => {
  await board.write(await board.read(), { [LOCK]: '{"format":1,"state":"held"}' }, '')
  await expect(take()).rejects.toMatchObject({ code: 'lock-unreadable', exit: 25 })
})

test('of many who want it at once, one gets it', async () => {
  const tries = Array.from({ length: 10 }, (_, n) => take({ run: `run-${n}` }))
  const results = await Promise.allSettled(tries)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
