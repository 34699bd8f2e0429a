import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { PlanOutcome } from '../../src/core/plan/outcome.ts'
import { openPlan } from '../../src/core/plan/seal.ts'
import { makePlan } from '../../src/runtime/make-plan.ts'
import type { PlanRequest } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld, problem } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, TARGET } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('plan')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad5678' }, config: { color: 'red', version: 'bad5678' } },
    measure: () => ({ kind: 'samples', samples: [{ at: 0, value: 'bad5678' }] }),
  })
})

afterEach(() => folder.stop())

const LIVE = {
  release: { live: { signal: 'live' } },
  signals: { live: { source: 'fake', with: { name: 'live' } } },
}

function plan(request: Partial<PlanRequest> & Pick<PlanRequest, 'runbook'>): Promise<PlanOutcome> {
  return makePlan(session, { target: TARGET, without: [], ...request })
}

const reasonsOf = (outcome: PlanOutcome) => (outcome.kind === 'refused' ? outcome.refusal.reasons : [])

test('planning writes nothing anywhere', async () => {
  expect(await plan({ runbook: runbookOf([setting('image'), calling('redeploy')]) })).toMatchObject({
    kind: 'plan',
  })
  expect([...world.writes, ...world.calls, ...(await session.store.list())]).toEqual([])
})

test('the plan holds what was there, what runs, and why it is done', async () => {
  const outcome = await plan({ runbook: runbookOf([setting('image')], {}, LIVE) })
  expect(outcome).toMatchObject({
    plan: {
      live: { release: { given: 'bad5678', sha: 'bad5678' } },
      evidence: [{ signal: 'live', value: 'bad5678' }],
      steps: [{ changes: [{ from: { version: 'bad5678', color: 'blue' }, to: { version: TARGET } }] }],
    },
  })
})

test('evidence is told in the unit of its signal', async () => {
  world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: 0.12 }] })
  const signals = { errors: { source: 'fake', with: { name: 'errors' }, unit: 'ratio' as const } }
  expect(await plan({ runbook: runbookOf([setting('image')], {}, { signals }) })).toMatchObject({
    plan: { evidence: [{ signal: 'errors', value: '12%' }] },
  })
})

test('when the version that is live was deployed is sealed where a baseline is of the time before: afterwards it is another', async () => {
  world.measure = (name) => ({
    kind: 'samples',
    samples: [{ at: 0, value: name === 'live' ? 'bad5678' : '2026-01-26T02:38:00Z' }],
  })
  const signals = { ...LIVE.signals, deployed_at: { source: 'fake', with: { name: 'deployed_at' } } }
  const release = { live: { signal: 'live', deployed: 'deployed_at' } }
  const p95 = { source: 'past', with: { name: 'p95' }, baseline: { before_deployment: 60_000, floor: 1 } }
  const made = await plan({
    runbook: runbookOf([setting('image')], {}, { release, signals: { ...signals, p95 } }),
  })
  expect(made).toMatchObject({ plan: { deployed: '2026-01-26T02:38:00.000Z' } })
  expect(openPlan(JSON.stringify('plan' in made ? made.plan : {}))).toMatchObject({
    deployed: '2026-01-26T02:38:00.000Z',
  })
})

test('a signal is measured once, also where it says when it was deployed, and a condition has a pace of its own', async () => {
  const asked: string[] = []
  world.measure = (name) => {
    asked.push(name)
    return {
      kind: 'samples',
      samples: [{ at: 0, value: name === 'live' ? 'bad5678' : '2026-01-26T02:38:00Z' }],
    }
  }
  const signals = {
    ...LIVE.signals,
    deployed_at: { source: 'fake', with: { name: 'deployed_at' } },
    p95: { source: 'past', with: { name: 'p95' }, baseline: { before_deployment: 60_000, floor: 1 } },
  }
  const release = { live: { signal: 'live', deployed: 'deployed_at' } }
  const guards = [{ id: 'named', holds: { signal: 'live', equals: 'bad5678', every: 1000 } }]
  await plan({ runbook: runbookOf([setting('image')], {}, { release, signals, guards }) })
  expect(asked.filter((name) => name !== 'p95').sort()).toEqual(['deployed_at', 'live'])
})

test('a dead service is evidence, and does not block its own rollback', async () => {
  world.measure = () => ({
    kind: 'samples',
    samples: [{ at: 0, value: null, failing: 'connection refused' }],
  })
  expect(await plan({ runbook: runbookOf([setting('image')], {}, LIVE) })).toMatchObject({
    kind: 'plan',
    plan: { live: { unknown: 'failing: connection refused' } },
  })
})

test.each([
  ['busy', () => (world.busy['image'] = 'rollout in progress')],
  ['owned', () => (world.owned['image'] = 'Argo CD')],
  ['denied', () => (world.seen['image'] = { status: 'denied', why: '403' })],
  ['unknown', () => (world.seen['image'] = { status: 'unknown', why: 'timed out' })],
])('a surface that is %s refuses, with that word', async (kind, happen) => {
  happen()
  const outcome = await plan({ runbook: runbookOf([setting('image'), setting('config')]) })
  expect(reasonsOf(outcome)).toMatchObject([{ step: 'image', surface: 'image', kind }])
})

test('a target that is missing in one place refuses the whole, and leaving it out goes on', async () => {
  const steps = [
    setting('image', { with: { on: ['image'], to: 'gone' } }),
    setting('config'),
    calling('redeploy', {}, { needs: ['image'] }),
  ]
  const refused = await plan({ runbook: runbookOf(steps) })
  expect(refused).toMatchObject({ refusal: { without: ['image'], alsoDropped: ['redeploy'] } })
  expect(await plan({ runbook: runbookOf(steps), without: ['image'] })).toMatchObject({
    plan: {
      steps: [{ id: 'config' }],
      without: [{ step: 'image' }, { step: 'redeploy', why: 'it only served what is left out' }],
    },
  })
})

test('a secret that is missing refuses the step that needs it', async () => {
  const image = setting('image', { with: { on: ['image'], to: 'x', token: '${secrets.token}' } })
  const outcome = await plan({ runbook: runbookOf([image], {}, { secrets: { token: { env: 'TOKEN' } } }) })
  expect(reasonsOf(outcome)).toMatchObject([{ step: 'image', kind: 'missing' }])
})

test('the printed commands have the variable, never the secret', async () => {
  session.variables['TOKEN'] = 'hunter2-hunter2'
  const image = setting('image', { with: { on: ['image'], to: 'x', token: '${secrets.token}' } })
  const outcome = await plan({ runbook: runbookOf([image], {}, { secrets: { token: { env: 'TOKEN' } } }) })
  expect(outcome.kind).toBe('plan')
  expect(JSON.stringify(outcome)).not.toContain('hunter2')
})

describe('what people read of a plan holds no secret either', () => {
  const SECRET = 'hunter2-hunter2'
  const rest = { ...LIVE, secrets: { token: { env: 'TOKEN' } } }
  const image = setting('image', { with: { on: ['image'], to: '${target.sha}', token: '${secrets.token}' } })

  beforeEach(() => {
    session.variables['TOKEN'] = SECRET
  })

  test('not the evidence, and not why the live version is unknown', async () => {
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: null, failing: `no ${SECRET}` }] })
    const outcome = await plan({ runbook: runbookOf([image], {}, rest) })
    expect(outcome).toMatchObject({
      kind: 'plan',
      plan: {
        live: { unknown: 'failing: no [secret token]' },
        evidence: [{ signal: 'live', value: 'failing: no [secret token]' }],
      },
    })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })

  test('not what a platform says of a change', async () => {
    world.says = `password ${SECRET}`
    const outcome = await plan({ runbook: runbookOf([image], {}, rest) })
    expect(outcome).toMatchObject({
      plan: { steps: [{ checks: [{ note: 'password [secret token]' }] }] },
    })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })

  test('an endpoint that gives a secret for its version says nothing of its version', async () => {
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: SECRET }] })
    const outcome = await plan({ runbook: runbookOf([image], {}, rest) })
    expect(outcome).toMatchObject({ plan: { live: { unknown: expect.any(String) as string } } })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })

  test('a question of a person', async () => {
    const gate = { id: 'sure', uses: 'fake.gate', with: { text: 'Is ${secrets.token} right?' } }
    const outcome = await plan({ runbook: runbookOf([image, gate], {}, rest) })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })

  test('and what is sealed is what is stored: states and ids are as they were', async () => {
    session.variables['TOKEN'] = 'image'
    const sealed = await planFor(session, runbookOf([image], {}, rest))
    expect(sealed.steps[0]).toMatchObject({
      id: 'image',
      changes: [{ surface: { id: 'image' }, effect: 'image:image', from: { version: 'bad5678' } }],
    })
    expect(openPlan(JSON.stringify(sealed))).toEqual(sealed)
  })
})

test("a call's check is run once for a plan, and one that is silent today can still be asked later", async () => {
  world.found = 'unknown'
  const outcome = await plan({ runbook: runbookOf([calling('migrate', { check: true }), calling('hook')]) })
  expect(outcome).toMatchObject({
    plan: { steps: [{ call: { observable: true } }, { call: { observable: false } }] },
  })
  expect(world.checks).toBe(2)
})

test('a target of which too little is known refuses before anything is looked at', async () => {
  await expect(plan({ runbook: runbookOf([setting('image')]), target: 'v1.2.3' })).rejects.toMatchObject({
    code: 'target-incomplete',
    exit: 20,
  })
})

test('an unknown step in --without is a usage error that lists the steps', async () => {
  await expect(plan({ runbook: runbookOf([setting('image')]), without: ['imgae'] })).rejects.toMatchObject({
    exit: 2,
    found: expect.stringContaining('image') as string,
  })
})

test('an unknown procedure is a usage error that lists the procedures', async () => {
  await expect(plan({ runbook: runbookOf([setting('image')]), procedure: 'typo' })).rejects.toMatchObject({
    exit: 2,
    found: expect.stringContaining('retag') as string,
  })
})

test('a defect of an action is not taken for an answer of its platform', async () => {
  world.seen = new Proxy(world.seen, {
    get: () => {
      throw new TypeError('boom')
    },
  })
  await expect(plan({ runbook: runbookOf([setting('image')]) })).rejects.toThrow('boom')
})

test('what a platform cannot say is unknown, with its reason', async () => {
  world.seen = new Proxy(world.seen, {
    get: () => {
      throw problem('down', 'the registry does not answer')
    },
  })
  expect(reasonsOf(await plan({ runbook: runbookOf([setting('image')]) }))).toMatchObject([
    { step: 'image', kind: 'unknown', why: 'the registry does not answer' },
  ])
})

test('what the triggers say stands in the plan; what could not be measured is told, and keeps nobody from it', async () => {
  const runbook = runbookOf(
    [setting('image')],
    {},
    {
      ...LIVE,
      signals: { ...LIVE.signals, errors: { source: 'fake', with: { name: 'errors' } } },
      triggers: [
        { id: 'bad', severity: 'critical', when: { signal: 'live', equals: 'bad5678' } },
        { id: 'errors', severity: 'high', when: { signal: 'errors', above: 3 } },
      ],
    },
  )
  world.measure = (name) =>
    name === 'errors'
      ? { kind: 'unreachable', why: 'no answer' }
      : { kind: 'samples', samples: [{ at: 0, value: 'bad5678' }] }
  expect(await plan({ runbook })).toMatchObject({
    kind: 'plan',
    plan: {
      decision: {
        verdict: 'rollback',
        triggers: [
          { id: 'bad', judged: 'holds', words: 'is bad5678' },
          { id: 'errors', judged: 'unknown', words: 'no answer' },
        ],
      },
    },
  })
})

test('a guard speaks of the version to return to, and refuses beside everything else that does', async () => {
  world.busy['config'] = 'rollout in progress'
  const runbook = runbookOf(
    [setting('image'), setting('config')],
    {},
    {
      ...LIVE,
      guards: [{ id: 'same', holds: { not: { signal: 'live', equals: 'bad5678' } } }],
    },
  )
  const own = { guards: [{ holds: { signal: 'live', same_commit: '${target.sha}' } }] }
  const procedures = runbook.procedures.map((procedure) => ({ ...procedure, ...own }))
  const outcome = await plan({ runbook: { ...runbook, procedures } })
  expect(reasonsOf(outcome).map(({ kind, why }) => [kind, why])).toEqual([
    ['busy', 'rollout in progress'],
    ['guard', 'the guard "same" does not hold: is bad5678; it wants not live equals bad5678'],
    [
      'guard',
      `the guard "guard-2" does not hold: commit bad5678, wanted ${TARGET}; it wants live same commit as ${TARGET}`,
    ],
  ])
})
