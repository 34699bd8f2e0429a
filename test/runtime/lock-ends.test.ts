import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Plan } from '../../src/core/plan/types.ts'
import { EffectFailure } from '../../src/core/problem.ts'
import { abandonRun, carryThrough, resumeThrough } from '../../src/runtime/carry-through.ts'
import { locksOf } from '../../src/runtime/locks.ts'
import { LOCK } from '../../src/runtime/store/lock-record.ts'
import { update } from '../../src/runtime/store/update.ts'
import type { CarryOutOptions } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, watched } from './runbook-of.ts'

// However a run ends, its lock is given back: to everybody when the run is over, else to those who care for it.

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld
let interrupt: AbortController

beforeEach(async () => {
  folder = await tempFolder('ends')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad5678' }, config: { color: 'red', version: 'bad5678' } },
  })
  interrupt = new AbortController()
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

const locks = () => locksOf(session, (place, why) => expect.fail(`${place}: ${why}`))

/** What the caller is told: the result, or the code of the problem. */
async function endOf(plan: Plan, own: Partial<CarryOutOptions> = {}): Promise<string> {
  try {
    const options = watched({ interrupt: interrupt.signal, ...own })
    return (await carryThrough(session, plan, options)).ended.result
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

const refuse = (wanted: string) => (effect: string) => {
  if (effect !== wanted) return
  throw new EffectFailure({ code: 'no', message: 'no', applied: 'no', retryable: false })
}

const both = () => planFor(session, runbookOf([setting('image'), setting('config')]))

test.each<[string, string, () => Promise<string>]>([
  ['proven', 'proven', async () => endOf(await both())],
  [
    'failed, and nothing stands',
    'failed',
    async () => ((world.before = refuse('set image')), endOf(await both())),
  ],
  [
    'failed, and changes stand',
    'stands',
    async () => ((world.before = refuse('set config')), endOf(await both())),
  ],
  [
    'changed, and nothing measures it',
    'unmeasured',
    async () => endOf(await planFor(session, runbookOf([calling('hook')]))),
  ],
  [
    'declined',
    'declined',
    async () => {
      const gate = { id: 'sure', uses: 'fake.gate', with: { text: 'sure?' } }
      const plan = await planFor(session, runbookOf([gate, setting('image')]))
      return endOf(plan, { ask: async () => 'no' })
    },
  ],
  [
    'interrupted before anything was tried',
    'interrupted',
    async () => (interrupt.abort('SIGINT'), endOf(await both())),
  ],
  [
    'refused, because somebody has changed something since the plan',
    'stale',
    async () => {
      const plan = await both()
      world.surfaces['image'] = { color: 'blue', version: 'foreign' }
      return endOf(plan)
    },
  ],
  [
    'broken off by a store that cannot keep it',
    'Error: the disk is gone',
    async () => {
      session.store.create = () => Promise.reject(new Error('the disk is gone'))
      return endOf(await both())
    },
  ],
])('%s: free for anyone', async (_, result, end) => {
  expect(await end()).toBe(result)
  expect(await locks()).toEqual([])
})

test.each<[string, string, () => void]>([
  [
    'interrupted after a change',
    'interrupted',
    () => {
      world.after = () => interrupt.abort('SIGTERM')
    },
  ],
  [
    'broken off by a journal that fails',
    'run-broken-off',
    () => {
      const create = session.store.create.bind(session.store)
      session.store.create = async (plan) => {
        const log = await create(plan)
        const append = log.append.bind(log)
        log.append = (event) =>
          event.type === 'step-ended' ? Promise.reject(new Error('the disk is full')) : append(event)
        return log
      }
    },
  ],
])('%s: left with the run, until somebody cares for it', async (_, result, spoil) => {
  spoil()
  const plan = await both()
  expect(await endOf(plan)).toBe(result)
  expect(await locks()).toMatchObject([
    { run: plan.id, holder: 'none', surfaces: ['config', 'image'], owner: { name: 'ana' } },
  ])
  interrupt = new AbortController()
  world.after = () => {}
  await expect(endOf(await both())).resolves.toBe('owned')

  const run = await session.store.find(plan.id)
  expect(await resumeThrough(session, run, watched())).toMatchObject({ ended: { result: 'proven' } })
  expect(await locks()).toEqual([])
})

test('taken over while it waits for what will not come any more: it waits no longer', async () => {
  session.store.pace = { beat: 10, ttl: 60_000 }
  const board = session.store.board('api', 'production')
  world.moving = 'still on its way'
  world.after = () => {
    void update(board, 'taken over', ({ files }) => ({
      [LOCK]: (files[LOCK] ?? '').replace(/"claim": "\w+"/, '"claim": "somebody-else"'),
    }))
  }
  expect(await endOf(await both())).toBe('lock-lost')
  expect(world.writes).toHaveLength(1)
  expect(await locks()).toMatchObject([{ claim: 'somebody-else' }])
})

test('given up: free for anyone', async () => {
  world.after = () => interrupt.abort('SIGTERM')
  const plan = await both()
  await endOf(plan)
  await abandonRun(session, await session.store.find(plan.id), 'by hand', {
    answers: {},
    interrupt: new AbortController().signal,
  })
  expect(await locks()).toEqual([])
})
