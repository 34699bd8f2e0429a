import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Plan } from '../../../src/core/plan/types.ts'
import { defaultRoot, folderStore } from '../../../src/runtime/store/folder.ts'
import type { Store } from '../../../src/runtime/types.ts'
import { planOf } from '../../core/plan-of.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { mustRun } from '../../helpers/process.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let root: string
let store: Store
let clock: number

beforeEach(async () => {
  folder = await tempFolder('store')
  root = join(folder.path, 'state', 'rollback')
  clock = 1_700_000_000_000
  store = folderStore({ root, redact: (text) => text, now: () => clock++ })
})

afterEach(() => folder.stop())

async function keep(id: string): Promise<Plan> {
  const plan = planOf([], { id })
  const log = await store.create(plan)
  await log.append({ type: 'phase-started', phase: 'execute' })
  await log.close()
  return plan
}

test('the plan is stored before the first event, and both are read back', async () => {
  const plan = await keep('20260101-000000-aaaa')
  expect(await store.find('20260101-000000-aaaa')).toMatchObject({
    plan,
    lines: [{ n: 1, event: { type: 'phase-started' } }],
  })
})

test('folders and files are for their owner only', async () => {
  await keep('20260101-000000-aaaa')
  const run = join(root, 'runs', '20260101-000000-aaaa')
  const modes = await Promise.all(
    [root, join(root, 'runs'), run, join(run, 'plan.json'), join(run, 'events.jsonl')].map(
      async (path) => (await stat(path)).mode & 0o777,
    ),
  )
  expect(modes).toEqual([0o700, 0o700, 0o700, 0o600, 0o600])
})

test('nothing half-written is left beside the plan', async () => {
  await keep('20260101-000000-aaaa')
  expect((await readdir(join(root, 'runs', '20260101-000000-aaaa'))).sort()).toEqual([
    'events.jsonl',
    'plan.json',
  ])
})

test('a plan is carried out once', async () => {
  await keep('20260101-000000-aaaa')
  await expect(keep('20260101-000000-aaaa')).rejects.toMatchObject({ code: 'plan-used', exit: 20 })
})

test('a store that cannot be written refuses before anything is done', async () => {
  await writeFile(join(folder.path, 'state'), 'a file')
  await expect(keep('20260101-000000-aaaa')).rejects.toMatchObject({ code: 'store-unwritable', exit: 20 })
})

test('a store that does not exist yet has no runs', async () => {
  expect(await store.list()).toEqual([])
  await expect(store.find('last')).rejects.toMatchObject({
    code: 'run-not-found',
    message: 'there are no runs yet',
  })
})

test('runs are listed newest first, and `last` is the newest', async () => {
  await keep('20260101-000000-bbbb')
  await keep('20260101-000000-aaaa')
  expect((await store.list()).map(({ plan }) => plan.id)).toEqual([
    '20260101-000000-aaaa',
    '20260101-000000-bbbb',
  ])
  expect((await store.find('last')).plan.id).toBe('20260101-000000-aaaa')
})

test('a beginning names a run when it fits one only', async () => {
  await keep('20260101-000000-aaaa')
  await keep('20260102-000000-bbbb')
  expect((await store.find('20260102')).plan.id).toBe('20260102-000000-bbbb')
  await expect(store.find('2026')).rejects.toMatchObject({
    code: 'run-not-found',
    found: expect.stringContaining('20260101-000000-aaaa') as string,
  })
  await expect(store.find('2025')).rejects.toMatchObject({ code: 'run-not-found', exit: 2 })
})

test('its end names a run too, and only the whole of it', async () => {
  await keep('20260101-000000-aaaa')
  await keep('20260102-000000-f6dc')
  expect((await store.find('f6dc')).plan.id).toBe('20260102-000000-f6dc')
  await expect(store.find('dc')).rejects.toMatchObject({ message: '"dc" names no run' })
  await keep('20260103-000000-f6dc')
  await expect(store.find('f6dc')).rejects.toMatchObject({
    message: '"f6dc" names 2 runs',
    found: '20260103-000000-f6dc, 20260102-000000-f6dc',
  })
})

test('a whole id wins over a longer one that begins with it', async () => {
  await keep('20260101-000000-aaaa')
  await keep('20260101-000000-aaaa2')
  expect((await store.find('20260101-000000-aaaa')).plan.id).toBe('20260101-000000-aaaa')
})

test('a damaged run does not hide the others, and is told of', async () => {
  await keep('20260101-000000-aaaa')
  await keep('20260102-000000-bbbb')
  const plan = join(root, 'runs', '20260102-000000-bbbb', 'plan.json')
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('production', 'staging'))
  const damaged: string[] = []
  const list = await store.list((id) => damaged.push(id))
  expect(list.map(({ plan }) => plan.id)).toEqual(['20260101-000000-aaaa'])
  expect(damaged).toEqual(['20260102-000000-bbbb'])
  await expect(store.find('20260102')).rejects.toMatchObject({
    code: 'plan-edited',
    // Not a new plan: that would say nothing about this run.
    cure: expect.stringContaining('the journal beside it says what was done') as string,
  })
})

test('a crash before the first event leaves a run without events, not a broken store', async () => {
  await keep('20260101-000000-aaaa')
  const crashed = join(root, 'runs', '20260102-000000-bbbb')
  await mkdir(crashed)
  await writeFile(join(crashed, 'plan.json'), JSON.stringify(planOf([], { id: '20260102-000000-bbbb' })))
  expect((await store.find('20260102')).lines).toEqual([])
})

test('a run whose journal has lost its lines is not over: nobody knows what it has done', async () => {
  const plan = await keep('20260101-000000-aaaa')
  await truncate(join(root, 'runs', plan.id, 'events.jsonl'))
  await expect(store.isOver(plan.id)).rejects.toMatchObject({ code: 'journal-corrupt' })
  await expect(store.find(plan.id)).rejects.toMatchObject({ code: 'journal-corrupt' })
})

test('a crash before the plan was stored is told as such, with what to do', async () => {
  await mkdir(join(root, 'runs', '20260102-000000-bbbb'), { recursive: true })
  await expect(store.find('20260102')).rejects.toMatchObject({ name: 'Problem', code: 'plan-missing' })
})

test.each([
  [{ ROLLBACK_STORE: '/a', XDG_STATE_HOME: '/b' }, '/a'],
  [{ XDG_STATE_HOME: '/b' }, '/b/rollback'],
])('%j: the store is at %s', (env, place) => {
  expect(defaultRoot(env)).toBe(place)
})

test('of two who go on with a run at once, one gets in', async () => {
  const { id } = await keep('20260101-000000-aaaa')
  const logs = (await Promise.all([store.reopen(id), store.reopen(id)])).map(({ log }) => log)
  const both = await Promise.allSettled(
    logs.map((log) => log.append({ type: 'interrupted', signal: 'SIGINT' })),
  )
  const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  expect(refused).toMatchObject([{ code: 'lock-lost', exit: 25 }])
  for (const log of logs) await log.close()
})

test('a pipe in the place of a journal is refused, and not waited for', async () => {
  const plan = await keep('20260101-000000-aaaa')
  const path = join(root, 'runs', plan.id, 'events.jsonl')
  await rm(path)
  await mustRun('mkfifo', [path])
  await expect(store.find(plan.id)).rejects.toMatchObject({ code: 'journal-unreadable' })
})

test('a journal that ends within a character is read up to its last whole line', async () => {
  const plan = await keep('20260101-000000-aaaa')
  await appendFile(join(root, 'runs', plan.id, 'events.jsonl'), Buffer.from([0x7b, 0x22, 0xe2, 0x82]))
  expect((await store.find(plan.id)).lines).toHaveLength(1)
})
