import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Action, CallAction, Platform, SetAction } from '../../src/core/contract.ts'
import type { PlanOutcome } from '../../src/core/plan/outcome.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import { EffectFailure } from '../../src/core/problem.ts'
import { platforms } from '../../src/platforms/index.ts'
import { carryOut } from '../../src/runtime/carry-out.ts'
import { makeUndo } from '../../src/runtime/make-undo.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, TARGET, watched } from './runbook-of.ts'

/** The proven run has blocked what it replaced. */
const BLOCKED = { id: 'blocked', question: { expects: 'yes' } }

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('undo')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad5678' }, config: { color: 'red', version: 'bad5678' } },
    measure: () => ({
      kind: 'samples',
      samples: [{ at: Date.now(), value: world.surfaces['image']?.version ?? '' }],
    }),
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

/** The scripted endpoint goes on reporting what it reported before: the proof of the run is not what these tests are about. */
const PROVEN = { within: 1000, must: [{ signal: 'live', passing: true }], should: [] }

async function rolledBack(...[steps, procedure, rest]: Parameters<typeof runbookOf>): Promise<Plan> {
  const runbook = runbookOf(steps, { verify: PROVEN, ...procedure }, { ...LIVE, ...rest })
  const plan = await planFor(session, runbook)
  await carryOut(session, plan, watched())
  world.writes.length = 0
  world.calls.length = 0
  return plan
}

/** The set of the world with members of its own, until the end of the test. */
async function withSet(own: Partial<SetAction<unknown, unknown>>): Promise<void> {
  await withAction('set', own)
}

async function withCall(own: Partial<CallAction<unknown>>): Promise<void> {
  await withAction('call', own)
}

async function withAction(name: string, own: Partial<Action>): Promise<void> {
  const all: Record<string, Platform> = platforms
  const fake = all['fake']
  if (fake === undefined) throw new Error('the world is not registered')
  const action = { ...(await fake.actions[name]?.load()), ...own } as Action
  all['fake'] = { ...fake, actions: { ...fake.actions, [name]: { load: async () => action } } }
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
  expect(undo).toMatchObject({ kind: 'undo', target: { given: 'bad5678' }, confirmations: [BLOCKED] })
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
    expect(undo.confirmations).toMatchObject([
      BLOCKED,
      {
        id: 'overwrite-image',
        question: { text: expect.stringContaining('is foreign now') as string, expects: 'yes' },
      },
    ])
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
    const answers = { 'overwrite-image': 'yes', blocked: 'yes' }
    expect(await carryOut(session, undo, watched({ answers }))).toMatchObject({ result: 'proven' })
    expect(world.surfaces['image']?.version).toBe('bad5678')
  })

  test('what is as this run left it is no conflict, whatever the order of its members', async () => {
    const plan = await rolledBack([setting('image')])
    expect(planned(await undoOf(plan)).confirmations).toMatchObject([BLOCKED])
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

describe('a call is known to be possible before anything is put back', () => {
  const HOOK = { secrets: { hook: { env: 'HOOK' } } }

  test('its secret is not set any more', async () => {
    session.variables['HOOK'] = 'https://hook'
    const steps = [setting('image'), calling('redeploy', { name: '${secrets.hook}' })]
    const plan = await rolledBack(steps, {}, HOOK)
    delete session.variables['HOOK']
    expect(await undoOf(plan)).toMatchObject({
      refusal: { reasons: [{ step: 'redeploy', kind: 'missing' }], without: ['redeploy'] },
    })
  })

  test.each(['missing', 'denied', 'unknown'] as const)('it is not ready: %s', async (kind) => {
    const plan = await rolledBack([setting('image'), calling('redeploy')])
    await withCall({ ready: async () => ({ kind, why: 'no', cure: 'do' }) })
    expect(await undoOf(plan)).toMatchObject({
      refusal: { reasons: [{ step: 'redeploy', kind, why: 'no', cure: 'do' }], without: ['redeploy'] },
    })
  })

  test('of a reversal it is the reversal that has to be ready', async () => {
    const plan = await rolledBack([calling('down', { back: 'up' })])
    const asked: unknown[] = []
    await withCall({
      ready: async (options) => {
        asked.push(options)
        return { kind: 'ready', checks: [] }
      },
    })
    await undoOf(plan)
    expect(asked).toEqual([expect.objectContaining({ name: 'up' })])
  })

  test('a check that says "done" is that of the run, and does not skip it', async () => {
    const plan = await rolledBack([setting('image'), calling('redeploy', { check: true })])
    world.found = 'done'
    const undo = planned(await undoOf(plan))
    expect(undo.steps.at(-1)?.call).toMatchObject({ observable: false })
    await carryOut(session, undo, watched())
    expect(world.calls).toEqual(['redeploy'])
  })
})

describe('names that what is brought back has no value for', () => {
  beforeEach(() => {
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: 'v9' }] })
  })

  test('a reversal that mentions one is refused, and never made with the name itself', async () => {
    const plan = await rolledBack([setting('image'), calling('down', { back: 'up ${target.sha}' })])
    expect(await undoOf(plan)).toMatchObject({
      refusal: {
        reasons: [
          {
            step: 'down',
            kind: 'unknown',
            why: 'its reversal cannot be called: nothing is known for ${target.sha}, because what was live before is only known as "v9"',
          },
        ],
        without: ['down'],
      },
    })
  })

  test('what only the call itself mentions does not stand in the way of its reversal', async () => {
    const steps = [calling('down', { name: 'down ${target.sha}', back: 'up' })]
    await carryOut(session, planned(await undoOf(await rolledBack(steps))), watched())
    expect(world.calls).toEqual(['up'])
  })

  test('a condition that mentions one is no part of the proof, and the plan says so', async () => {
    const named = { signal: 'live', equals: '${target}' }
    const must = [named, { signal: 'live', same_commit: '${target.sha}' }]
    const verify = { within: 1000, must, should: [] }
    const plan = await rolledBack([setting('image')], { undo: { verify } })
    const undo = planned(await undoOf(plan))
    expect(undo.verify?.must).toEqual([{ signal: 'live', equals: 'v9' }])
    expect(undo.evidence).toContainEqual({
      signal: 'live',
      value: expect.stringMatching(/no part of the proof .*nothing is known for \$\{target\.sha\}/) as string,
    })
  })
})

test('what is put back is what the action has found for the recorded state', async () => {
  const plan = await rolledBack([setting('image')])
  const to = { version: 'bad5678', color: 'green' }
  await withSet({
    resolve: async () => ({ kind: 'change', to, toLabel: 'found', reversible: true, checks: [] }),
  })
  expect(planned(await undoOf(plan)).steps[0]?.changes[0]).toMatchObject({ to, toLabel: 'found' })
})

test('a fence is looked at by itself, and lifted when all the rest is done', async () => {
  world.surfaces['auto-deploy'] = { color: 'red', version: 'on' }
  const surface = { id: 'auto-deploy', kind: 'setting' as const, type: 'switch' }
  await withSet({
    resolve: async (_, { seen }, wanted) => ({
      kind: 'change',
      to: 'release' in wanted ? { version: TARGET, color: 'blue' } : wanted.state,
      toLabel: seen.status,
      prepare: [
        {
          surface,
          from: { version: 'on', color: 'red' },
          to: { version: 'off', color: 'red' },
          fromLabel: 'on',
          toLabel: 'off',
          onUndo: 'restore',
        },
      ],
      reversible: true,
      checks: [],
    }),
  })
  const plan = await rolledBack([setting('image'), calling('redeploy')])
  expect(world.surfaces['auto-deploy'].version).toBe('off')
  const effects: string[] = []
  world.before = (effect) => void effects.push(effect)
  const undo = planned(await undoOf(plan))
  expect(await carryOut(session, undo, watched())).toMatchObject({ result: 'proven' })
  expect(effects).toEqual(['set image', 'call redeploy', 'set auto-deploy'])
  expect(world.surfaces['auto-deploy'].version).toBe('on')

  effects.length = 0
  await carryOut(session, planned(await undoOf(undo)), watched())
  expect(effects).toEqual(['set auto-deploy', 'set image', 'call redeploy'])
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

  test('somebody is changing it at the moment', async () => {
    const plan = await rolledBack([setting('image')])
    world.busy['image'] = 'rollout in progress'
    expect(await undoOf(plan)).toMatchObject({
      refusal: { reasons: [{ kind: 'busy', why: 'rollout in progress' }] },
    })
  })

  test('nothing could be read at all: what kept it from being read is told', async () => {
    const plan = await rolledBack([setting('image')])
    const surface = { id: 'somewhere', kind: 'version' as const, type: 'thing' }
    const seen = { status: 'denied' as const, why: 'the kubeconfig cannot be read' }
    await withSet({ surfaces: async () => [{ surface, seen }] })
    expect(await undoOf(plan)).toMatchObject({
      refusal: { reasons: [{ surface: 'image', kind: 'denied', why: 'the kubeconfig cannot be read' }] },
    })
  })

  test('a call that only served what is refused is left out with it', async () => {
    const redeploy = calling('redeploy', {}, { needs: ['image'] })
    const plan = await rolledBack([setting('image'), setting('config'), redeploy])
    world.seen['image'] = { status: 'denied', why: '403' }
    expect(await undoOf(plan)).toMatchObject({
      refusal: { without: ['image'], alsoDropped: ['redeploy'] },
    })
    expect(planned(await undoOf(plan, ['image'])).without).toEqual([
      { step: 'image', why: 'left out by --without' },
      { step: 'redeploy', why: 'it only served what is left out' },
    ])
  })

  test('leaving out a step that the run does not have', async () => {
    const plan = await rolledBack([setting('image')])
    await expect(undoOf(plan, ['imgae'])).rejects.toMatchObject({ exit: 2 })
  })
})
