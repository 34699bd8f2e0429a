import { describe, expect, test } from 'vitest'

import type { Release } from '../../../src/core/release.ts'
import { change } from '../plan-of.ts'
import { BAD, build, planned, seenCall, seenGate, seenSet, surface, TARGET, there } from './survey-of.ts'

const skips = (...args: Parameters<typeof build>) =>
  Object.fromEntries(planned(build(...args)).steps.map(({ id, skip }) => [id, skip]))

test('tag moved and hook lost: the hook is not skipped while the service runs something else', () => {
  expect(skips([seenSet('image', [there('a')]), seenCall('redeploy')], { live: { release: BAD } })).toEqual({
    image: 'already there',
    redeploy: undefined,
  })
})

test('nor when nobody can say what the service runs', () => {
  const survey = [seenSet('image', [there('a')]), seenCall('redeploy')]
  expect(skips(survey, { live: { unknown: 'timed out' } })['redeploy']).toBeUndefined()
  expect(skips(survey, { live: { unasked: true } })['redeploy']).toBeUndefined()
})

test('a call is skipped when all that it serves is there, and the service runs the target', () => {
  const survey = [
    seenSet('image', [there('a')]),
    seenCall('redeploy', undefined, { needs: ['image'] }),
    seenSet('config', [surface('c')], { needs: [] }),
  ]
  expect(skips(survey, { live: { release: TARGET } })['redeploy']).toContain('already there')
})

test('one surface of many that is not there yet keeps the call', () => {
  const survey = [seenSet('image', [there('a'), surface('b')]), seenCall('redeploy')]
  expect(skips(survey, { live: { release: TARGET } })).toEqual({ image: undefined, redeploy: undefined })
})

test('a call that serves no set is never skipped for what others have', () => {
  const survey = [seenCall('purge', undefined, { needs: [] }), seenSet('image', [surface('a')])]
  expect(skips(survey, { live: { release: TARGET } })['purge']).toBeUndefined()
})

test("a call's own check can say that it is done", () => {
  const survey = [
    seenSet('image', [surface('a')]),
    seenCall('migrate', { kind: 'ready', checks: [], done: true }),
  ]
  expect(skips(survey)['migrate']).toContain('done already')
})

test('a gate is always asked', () => {
  expect(skips([seenGate('sure'), seenSet('image', [surface('a')])])['sure']).toBeUndefined()
})

test('the plan says what was left out, and the steps behind it no longer wait for it', () => {
  const plan = planned(
    build([seenSet('config', [surface('c')])], { leftOut: [seenSet('image', [surface('a')])] }),
  )
  expect(plan.without).toEqual([{ step: 'image', why: 'left out by --without' }])
  expect(plan.steps.map(({ id, needs }) => ({ id, needs }))).toEqual([{ id: 'config', needs: [] }])
})

test('conditions are bound to the target in the plan; those of an undo stay open for its own', () => {
  const must = [{ signal: 'live', same_commit: '${target.sha}' }]
  const plan = planned(
    build([seenSet('image', [surface('a')])], {
      procedure: { verify: { within: 1000, must, should: [] } },
    }),
  )
  expect(plan.verify?.must[0]?.same_commit).toBe('abc1234')
  expect(plan.undoVerify?.must[0]?.same_commit).toBe('${target.sha}')
})

describe('the live version must be the target, whether or not the runbook says so', () => {
  const image = [seenSet('image', [surface('a')])]
  const runbook = { release: { live: { signal: 'live' } } }
  const healthy = { within: 1000, must: [{ signal: 'health', passing: true }], should: [] }

  test('without any proof of its own', () => {
    const plan = planned(build(image, { runbook }))
    expect(plan.verify).toEqual({
      within: 300_000,
      must: [{ signal: 'live', same_commit: 'abc1234', in_a_row: 3 }],
      should: [],
    })
    expect(plan.undoVerify?.must).toEqual([{ signal: 'live', same_commit: '${target.sha}', in_a_row: 3 }])
  })

  test('beside what must hold otherwise, within the time of that', () => {
    const plan = planned(build(image, { runbook, procedure: { verify: healthy } }))
    expect(plan.verify).toMatchObject({ within: 1000, must: [{ signal: 'live' }, { signal: 'health' }] })
  })

  test('what the author demands of it stands alone', () => {
    const verify = { within: 1000, must: [{ signal: 'live', equals: 'v1' }], should: [] }
    expect(planned(build(image, { runbook, procedure: { verify } })).verify).toEqual(verify)
  })

  const head = (target: Release) => ({
    id: '20261122-031500-7f3a',
    stamp: '20261122-031500',
    createdAt: '2026-11-22T03:15:00.000Z',
    tool: '0.0.0',
    target,
  })
  const TAGGED = { given: 'v1.2.3', tag: 'v1.2.3' }

  test('by its tag, where no commit is known', () => {
    expect(planned(build(image, { runbook, head: head(TAGGED) })).verify?.must).toEqual([
      { signal: 'live', equals: 'v1.2.3', in_a_row: 3 },
    ])
  })

  test('by its tag, where the endpoint reports tags', () => {
    const own = {
      runbook,
      head: head({ ...TAGGED, sha: 'abc1234' }),
      live: { release: { given: 'v1', tag: 'v1' } },
    }
    expect(planned(build(image, own)).verify?.must).toMatchObject([{ equals: 'v1.2.3' }])
  })

  test('not of a target that is known by neither', () => {
    const plan = planned(build(image, { runbook, head: head({ given: 'revision:3' }) }))
    expect(plan.verify).toBeUndefined()
  })

  test('not where nothing says how to read it', () => {
    expect(planned(build(image)).verify).toBeUndefined()
  })
})

test('signals stay open too: an undo measures for its own target', () => {
  const signals = { smoke: { source: 'http', with: { url: 'https://api/${target.sha}' } } }
  const plan = planned(build([seenSet('image', [surface('a')])], { runbook: { signals } }))
  expect(plan.signals['smoke']?.with).toEqual({ url: 'https://api/${target.sha}' })
})

test('options stay open in the plan, so that no secret and no target is written into it', () => {
  const image = seenSet('image', [surface('a')], { with: { to: '${target.sha}', token: '${secrets.token}' } })
  expect(planned(build([image])).steps[0]?.with).toEqual({ to: '${target.sha}', token: '${secrets.token}' })
})

test('what every surface was is in the plan before anything is changed', () => {
  const seen = surface('a', {
    changes: [change('a', { from: { digest: 'sha256:1' }, fromLabel: 'sha256:1' })],
  })
  expect(planned(build([seenSet('image', [seen])])).steps[0]?.changes[0]).toMatchObject({
    from: { digest: 'sha256:1' },
    fromLabel: 'sha256:1',
  })
})

test('a step has time and tries even when the runbook says nothing of them', () => {
  expect(planned(build([seenSet('image', [surface('a')])])).steps[0]).toMatchObject({
    timeout: 600_000,
    retry: { attempts: 3, backoff: 2000 },
  })
})
