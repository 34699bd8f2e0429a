import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { PlanOutcome } from '../../src/core/plan/outcome.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import { EffectFailure } from '../../src/core/problem.ts'
import { carryOut } from '../../src/runtime/carry-out.ts'
import { makeUndo } from '../../src/runtime/make-undo.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, TARGET, watched } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('undo')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad5678' }, config: { color: 'red', version: 'bad5678' } },
    measure: () => ({ kind: 'samples', samples: [{ at: 0, value: 'bad5678' }] }),
  })
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

const LIVE = {
  release: { live: { signal: 'live' } },
  signals: { live: { source: 'fake', with: { name: 'live' } } },
}

async function rolledBack(...[steps, procedure, rest]: Parameters<typeof runbookOf>): Promise<Plan> {
  const plan = await planFor(session, runbookOf(steps, procedure, { ...LIVE, ...rest }))
  await carryOut(session, plan, watched())
  world.writes.length = 0
  world.calls.length = 0
  return plan
}

async function undoOf(plan: Plan, without: string[] = []): Promise<PlanOutcome> {
  return makeUndo(session, await session.store.find(plan.id), { without })
}

function planned(outcome: PlanOutcome): Plan {
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  return outcome.plan
}

test('an undo brings back what was there, and then makes the call again', async () => {
  const undo = planned(
    await undoOf(await rolledBack([setting('image'), setting('config'), calling('redeploy')])),
  )
  expect(undo).toMatchObject({ kind: 'undo', target: { given: 'bad5678' }, confirmations: [] })
  expect(await carryOut(session, undo, watched())).toMatchObject({ result: 'proven', exit: 0 })
  expect(world.writes).toEqual(['config=bad5678', 'image=bad5678'])
  expect(world.calls).toEqual(['redeploy'])
})

test('planning an undo changes nothing', async () => {
  await undoOf(await rolledBack([setting('image'), calling('redeploy')]))
  expect([...world.writes, ...world.calls]).toEqual([])
})

test('a surface that was not there before is taken away again', async () => {
  delete world.surfaces['image']
  const undo = planned(await undoOf(await rolledBack([setting('image')])))
  await carryOut(session, undo, watched())
  expect(world.surfaces['image']).toBeUndefined()
})

test('an undo can be undone', async () => {
  const plan = await rolledBack([setting('image'), calling('redeploy')])
  const undo = planned(await undoOf(plan))
  await carryOut(session, undo, watched())
  const again = planned(await undoOf(undo))
  expect(again.target).toMatchObject({ given: TARGET })
  await carryOut(session, again, watched())
  expect(world.surfaces['image']?.version).toBe(TARGET)
  expect(world.calls).toEqual(['redeploy', 'redeploy'])
})

test('a call with a reversal is reversed by an undo, and made itself by the undo of that', async () => {
  const plan = await rolledBack([calling('down', { back: 'up' })])
  const undo = planned(await undoOf(plan))
  expect(undo.steps[0]?.call?.manual).toEqual(['call up'])
  await carryOut(session, undo, watched())
  const again = planned(await undoOf(undo))
  expect(again.steps[0]?.call?.manual).toEqual(['call down'])
  await carryOut(session, again, watched())
  expect(world.calls).toEqual(['up', 'down'])
})

test('options that mention the target are bound to what is brought back', async () => {
  const plan = await rolledBack([setting('image'), calling('dispatch', { name: 'deploy-${target.sha}' })])
  await carryOut(session, planned(await undoOf(plan)), watched())
  expect(world.calls).toEqual(['deploy-bad5678'])
})

test('signals that mention the target are measured for what is brought back', async () => {
  const asked: string[] = []
  world.measure = (name) => {
    asked.push(name)
    return { kind: 'samples', samples: [{ at: 0, value: 'bad5678' }] }
  }
  const signals = { ...LIVE.signals, smoke: { source: 'fake', with: { name: 'smoke-${target.sha}' } } }
  const plan = await rolledBack([setting('image')], {}, { signals })
  asked.length = 0
  await undoOf(plan)
  expect(asked).toContain('smoke-bad5678')
})

describe('somebody else has changed it since', () => {
  test('a person is asked, with what stands there now', async () => {
    const plan = await rolledBack([setting('image')])
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    const undo = planned(await undoOf(plan))
    expect(undo.confirmations).toHaveLength(1)
    expect(undo.confirmations[0]).toMatchObject({
      id: 'overwrite-image',
      question: { text: expect.stringContaining('is foreign now') as string, expects: 'yes' },
    })
  })

  test('nobody there to ask: nothing is overwritten', async () => {
    const plan = await rolledBack([setting('image')])
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    expect(await carryOut(session, planned(await undoOf(plan)), watched())).toMatchObject({
      result: 'declined',
      exit: 26,
    })
    expect(world.surfaces['image']?.version).toBe('foreign')
  })

  test('said no: nothing is overwritten, and the refusal is on record', async () => {
    const plan = await rolledBack([setting('image')])
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    const undo = planned(await undoOf(plan))
    expect(await carryOut(session, undo, watched({ ask: async () => 'no' }))).toMatchObject({ exit: 26 })
    expect(world.writes).toEqual([])
    expect((await session.store.find(undo.id)).lines.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'answer', step: 'overwrite-image', accepted: false }),
    )
  })

  test('said yes: it is overwritten', async () => {
    const plan = await rolledBack([setting('image')])
    world.surfaces['image'] = { color: 'blue', version: 'foreign' }
    const undo = planned(await undoOf(plan))
    const answers = { 'overwrite-image': 'yes' }
    expect(await carryOut(session, undo, watched({ answers }))).toMatchObject({ result: 'proven' })
    expect(world.surfaces['image']?.version).toBe('bad5678')
  })

  test('what is as this run left it is no conflict, whatever the order of its members', async () => {
    const plan = await rolledBack([setting('image')])
    expect(planned(await undoOf(plan)).confirmations).toEqual([])
  })
})

describe('nothing to take back', () => {
  test('somebody has taken it back by hand', async () => {
    const plan = await rolledBack([setting('image')])
    world.surfaces['image'] = { color: 'blue', version: 'bad5678' }
    expect(await undoOf(plan)).toMatchObject({ kind: 'already' })
  })

  test('the run changed nothing', async () => {
    world.before = () => {
      throw new EffectFailure({ code: 'no', message: 'no', applied: 'no', retryable: false })
    }
    expect(await undoOf(await rolledBack([setting('image'), calling('redeploy')]))).toMatchObject({
      kind: 'already',
    })
  })
})

describe('refused', () => {
  test.each([
    ['denied', { status: 'denied' as const, why: '403' }],
    ['unknown', { status: 'unknown' as const, why: 'connection refused' }],
  ])('a surface that is %s, and the way on without it', async (kind, seen) => {
    const plan = await rolledBack([setting('image'), setting('config')])
    world.seen['image'] = seen
    expect(await undoOf(plan)).toMatchObject({
      kind: 'refused',
      refusal: { reasons: [{ step: 'image', surface: 'image', kind, why: seen.why }], without: ['image'] },
    })
    expect(planned(await undoOf(plan, ['image'])).steps.map(({ id }) => id)).toEqual(['config'])
  })

  test('what was there before is gone', async () => {
    world.surfaces['image'] = { color: 'blue', version: 'gone' }
    expect(await undoOf(await rolledBack([setting('image')]))).toMatchObject({
      kind: 'refused',
      refusal: { reasons: [{ kind: 'missing' }] },
    })
  })

  test('something else owns it now', async () => {
    const plan = await rolledBack([setting('image')])
    world.owned['image'] = 'Argo CD'
    expect(await undoOf(plan)).toMatchObject({ refusal: { reasons: [{ kind: 'owned' }] } })
  })

  test('a call needs a version that nobody knows', async () => {
    const steps = [setting('image'), calling('dispatch', { name: 'deploy-${target.sha}' })]
    const plan = await rolledBack(steps, {}, { release: {} })
    expect(await undoOf(plan)).toMatchObject({
      refusal: { reasons: [{ step: 'dispatch', kind: 'unknown' }] },
    })
    expect(planned(await undoOf(plan, ['dispatch'])).without).toEqual([
      { step: 'dispatch', why: 'left out by --without' },
    ])
  })

  test('leaving out a step that the run does not have', async () => {
    const plan = await rolledBack([setting('image')])
    await expect(undoOf(plan, ['imgae'])).rejects.toMatchObject({ exit: 2 })
  })
})
