import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Plan } from '../../src/core/plan/types.ts'
import { EffectFailure } from '../../src/core/problem.ts'
import { carryThrough } from '../../src/runtime/carry-through.ts'
import { locksOf } from '../../src/runtime/locks.ts'
import { makeUndo } from '../../src/runtime/make-undo.ts'
import type { StoredRun } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, watched } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('through')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad5678' }, config: { color: 'red', version: 'bad5678' } },
  })
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

const REFUSED = { code: 'no', message: 'no', applied: 'no', retryable: false } as const

function failingAt(wanted: string): (effect: string) => void {
  return (effect) => {
    if (effect !== wanted) return
    throw new EffectFailure(REFUSED)
  }
}

const undoing = (...steps: Parameters<typeof runbookOf>[0]): Promise<Plan> =>
  planFor(session, runbookOf(steps, { onFailure: 'undo' }))

test('a failed run stops and stands, where the runbook asks for nothing else', async () => {
  world.before = failingAt('set config')
  const plan = await planFor(session, runbookOf([setting('image'), setting('config')]))
  expect(await carryThrough(session, plan, watched())).toMatchObject({
    exit: 22,
    ended: { result: 'stands' },
  })
  expect(world.writes).toHaveLength(1)
})

test('asked to, it takes back what it changed, and only that: exit code 21', async () => {
  world.before = failingAt('set config')
  const through = await carryThrough(session, await undoing(setting('image'), setting('config')), watched())
  expect(through).toMatchObject({
    exit: 21,
    ended: { result: 'stands' },
    undo: { ended: { result: 'proven' } },
  })
  expect(world.writes).toEqual(['image=abc1234', 'image=bad5678'])
})

test('an undo that fails as well leaves 22', async () => {
  let images = 0
  world.before = (effect) => {
    if (effect === 'set config' || (effect === 'set image' && images++ > 0)) failingAt(effect)(effect)
  }
  const through = await carryThrough(session, await undoing(setting('image'), setting('config')), watched())
  expect(through.exit).toBe(22)
})

test('a point of no return that was passed is not crossed', async () => {
  world.before = failingAt('set config')
  const plan = await undoing(setting('image'), calling('mail', { back: 'none' }), setting('config'))
  const through = await carryThrough(session, plan, watched())
  expect(through).toMatchObject({ exit: 22, undo: { impossible: expect.stringContaining('mail') as string } })
  expect(world.writes).toEqual(['image=abc1234'])
})

test('one that was never reached does not stand in the way', async () => {
  world.before = failingAt('set config')
  const plan = await undoing(setting('image'), setting('config'), calling('mail', { back: 'none' }))
  expect(await carryThrough(session, plan, watched())).toMatchObject({ exit: 21 })
})

test('a proven run is not taken back', async () => {
  const plan = await undoing(setting('image'))
  expect(await carryThrough(session, plan, watched())).toMatchObject({ exit: 0, ended: { result: 'proven' } })
  expect(world.writes).toHaveLength(1)
})

test('what could not be measured is not taken back: unknown never acts', async () => {
  const plan = await planFor(
    session,
    runbookOf(
      [setting('image')],
      {
        onFailure: 'undo',
        verify: { within: 60, must: [{ signal: 'live', passing: true }], should: [] },
      },
      { signals: { live: { source: 'fake', with: { name: 'live' } } } },
    ),
  )
  expect(await carryThrough(session, plan, watched())).toMatchObject({ exit: 23 })
  expect(world.writes).toHaveLength(1)
})

test('an interrupted run is not taken back: nothing new starts', async () => {
  const interrupt = new AbortController()
  world.before = () => interrupt.abort('SIGINT')
  const through = await carryThrough(
    session,
    await undoing(setting('image'), setting('config')),
    watched({ interrupt: interrupt.signal }),
  )
  expect(through.exit).toBe(130)
  expect(world.writes).toHaveLength(1)
})

test('what somebody else has changed in the meantime is not overwritten by itself', async () => {
  world.before = (effect) => {
    if (effect !== 'set config') return
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    failingAt(effect)(effect)
  }
  const through = await carryThrough(session, await undoing(setting('image'), setting('config')), watched())
  expect(through.exit).toBe(22)
  expect(world.surfaces['image']?.version).toBe('foreign')
})

describe('somebody has taken it back by hand in the meantime', () => {
  const undoing = (live: string) => {
    world.before = (effect) => {
      if (effect !== 'set config') return
      world.surfaces['image'] = { color: 'blue', version: 'bad5678' }
      world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: live }] })
      failingAt(effect)(effect)
    }
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: 'bad5678' }] })
    const must = [{ signal: 'live', same_commit: '${target.sha}' }]
    const verify = { within: 60, must, should: [] }
    return planFor(
      session,
      runbookOf(
        [setting('image'), setting('config')],
        { onFailure: 'undo', verify },
        {
          release: { live: { signal: 'live' } },
          signals: { live: { source: 'fake', with: { name: 'live' } } },
        },
      ),
    )
  }

  test('proven, that is as good: exit code 21', async () => {
    const through = await carryThrough(session, await undoing('bad5678'), watched())
    expect(through).toMatchObject({ exit: 21, undo: { ended: { result: 'proven' } } })
    expect(world.writes).toEqual(['image=abc1234'])
  })

  test('while another version is live, nothing is claimed: exit code 22', async () => {
    expect(await carryThrough(session, await undoing('other99'), watched())).toMatchObject({ exit: 22 })
  })
})

test.each([
  ['found', (): void => void (session.store.find = () => Promise.reject(new Error('the disk is gone')))],
  ['stored', (): void => void (session.store.create = () => Promise.reject(new Error('the disk is gone')))],
])('an undo that cannot be %s leaves 22, and says why', async (_, breakStore) => {
  const plan = await undoing(setting('image'), setting('config'))
  world.before = (effect) => {
    if (effect === 'set config') breakStore()
    failingAt('set config')(effect)
  }
  expect(await carryThrough(session, plan, watched())).toMatchObject({
    exit: 22,
    ended: { result: 'stands' },
    undo: { impossible: 'the disk is gone' },
  })
})

describe('the undo of an unfinished run', () => {
  /** Interrupted between its two changes. */
  async function unfinished(): Promise<StoredRun> {
    const interrupt = new AbortController()
    world.before = (effect) => {
      if (effect === 'set config') interrupt.abort('SIGINT')
    }
    world.after = () => {
      if (interrupt.signal.aborted) throw new EffectFailure(REFUSED)
    }
    const plan = await planFor(session, runbookOf([setting('image'), setting('config')]))
    await carryThrough(session, plan, watched({ interrupt: interrupt.signal }))
    world.before = () => {}
    world.after = () => {}
    return session.store.find(plan.id)
  }

  const undoOf = async (run: StoredRun): Promise<Plan> => {
    const outcome = await makeUndo(session, run, { without: [] })
    if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
    return outcome.plan
  }

  const locks = () => locksOf(session, (place, why) => expect.fail(`${place}: ${why}`))

  test('takes it over, and leaves nothing behind', async () => {
    const takesBack = await unfinished()
    expect(await locks()).toMatchObject([{ run: takesBack.plan.id, holder: 'none' }])
    const undo = await undoOf(takesBack)
    world.before = async () => {
      expect(await locks()).toMatchObject([{ run: undo.id, holder: 'alive' }])
    }
    expect(await carryThrough(session, undo, { ...watched(), takesBack })).toMatchObject({ exit: 0 })
    expect(await locks()).toEqual([])
  })

  test('is refused because somebody has changed something: the run goes on owning all that it owned', async () => {
    const takesBack = await unfinished()
    const undo = await undoOf(takesBack)
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    await expect(carryThrough(session, undo, { ...watched(), takesBack })).rejects.toMatchObject({
      code: 'stale',
    })
    expect(await locks()).toMatchObject([
      { run: takesBack.plan.id, holder: 'none', surfaces: ['config', 'image'] },
    ])
    const other = await planFor(session, runbookOf([setting('image')]))
    await expect(carryThrough(session, other, watched())).rejects.toMatchObject({ code: 'owned', exit: 25 })
  })
})
