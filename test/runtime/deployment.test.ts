import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Measurement } from '../../src/core/source.ts'
import { Problem } from '../../src/core/problem.ts'
import type { Candidate } from '../../src/core/release.ts'
import { findDeployment } from '../../src/runtime/deployment.ts'
import { groundOf, planHead, procedureNamed } from '../../src/runtime/plan-ground.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { runbookOf, setting } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('deployment')
  session = fakeSession(folder.path)
  world = fakeWorld({ surfaces: { image: { color: 'blue', version: 'bad5678' } } })
})

afterEach(() => folder.stop())

const THEN = '2026-01-26T02:38:00Z'
const sample = (value: string | number, failing?: string): Measurement => ({
  kind: 'samples',
  samples: [{ at: 0, value, failing }],
})

function found(signals: Record<string, Measurement>) {
  const live = 'deployed_at' in signals ? { signal: 'live', deployed: 'deployed_at' } : { signal: 'live' }
  const runbook = runbookOf([setting('image')], {}, { release: { live } })
  const procedure = procedureNamed(runbook, undefined)
  const ground = groundOf(runbook, procedure, planHead(0, { given: 'abc1234' }))
  const measured = async (name: string): Promise<Measurement> =>
    signals[name] ?? { kind: 'unreachable', why: 'refused' }
  return findDeployment({ session, runbook, procedure, ground, measured })
}

test('by the signal that the runbook names for it', async () => {
  expect(await found({ live: sample('bad5678'), deployed_at: sample(THEN) })).toEqual({
    at: Date.parse(THEN),
    version: 'bad5678',
    how: 'deployed',
  })
})

test('also where the service is too dead to say its version', async () => {
  expect(await found({ deployed_at: sample(Date.parse(THEN) / 1000) })).toEqual({
    at: Date.parse(THEN),
    version: undefined,
    how: 'deployed',
  })
})

test.each<[string, Measurement, string]>([
  ['is no time', sample('soon'), 'deployed_at: "soon" is no time'],
  ['lies ahead', sample('2999-01-01T00:00:00Z'), 'lies ahead'],
  ['fails', sample(THEN, 'HTTP 503'), 'deployed_at: failing: HTTP 503'],
  ['is not there', { kind: 'no-data', why: 'empty' }, 'deployed_at: no data: empty'],
  ['cannot be reached', { kind: 'unreachable', why: 'refused' }, 'deployed_at: unknown: refused'],
])('what %s is not known, and nothing else is taken for it', async (_what, measurement, words) => {
  world.versions = () => [candidate('bad5678', THEN, true)]
  expect(await found({ deployed_at: measurement })).toEqual({ unknown: expect.stringContaining(words) })
})

function candidate(given: string, when: string | undefined, live: boolean): Candidate {
  return { release: { given }, when, names: [], why: 'there', live }
}

test('without one, by what the surfaces say of the version that is live', async () => {
  world.versions = () => [
    candidate('new9999', '2026-01-27T00:00:00Z', false),
    candidate('bad5678', THEN, true),
  ]
  expect(await found({})).toEqual({ at: Date.parse(THEN), version: 'bad5678', how: 'made or deployed' })
})

test('where they do not say it either, it is said how to name a signal', async () => {
  world.versions = () => [candidate('bad5678', undefined, true)]
  expect(await found({})).toEqual({ unknown: expect.stringContaining('live: { deployed: … }') })
})

test('that they could not be read is not taken for their silence', async () => {
  world.seen['image'] = { status: 'denied', why: 'HTTP 403: get deployments' }
  expect(await found({})).toEqual({
    unknown: 'when it was deployed could not be read: HTTP 403: get deployments',
  })
  world.seen = {}
  world.versions = () => {
    throw new Problem({ code: 'gone', message: 'the registry does not answer' })
  }
  expect(await found({})).toEqual({ unknown: expect.stringContaining('the registry does not answer') })
})
