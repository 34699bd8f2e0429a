import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Runbook, Step } from '../../src/core/model.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import { requireStillAsPlanned } from '../../src/runtime/still-as-planned.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, TARGET } from './runbook-of.ts'

const BAD = { color: 'blue', version: 'bad5678' }
const GOOD = { color: 'blue', version: TARGET }
const OTHER = { color: 'blue', version: '0000000' }

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('still')
  session = fakeSession(folder.path, { TOKEN: 'hunter2-hunter2' })
  world = fakeWorld({ surfaces: { image: BAD, config: BAD }, measure: () => reports(TARGET) })
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

const reports = (version: string) => ({
  kind: 'samples' as const,
  samples: [{ at: 0, value: version }],
})

const LIVE: Partial<Runbook> = {
  release: { live: { signal: 'live' } },
  signals: { live: { source: 'fake', with: { name: 'live' } } },
}

function planned(steps: Step[], rest: Partial<Runbook> = {}): Promise<Plan> {
  return planFor(session, runbookOf(steps, {}, rest))
}

/** Another process, later: nothing is known of what the planning one has read. */
function later(plan: Plan): Promise<void> {
  return requireStillAsPlanned(fakeSession(folder.path, session.variables), plan)
}

test('nothing has changed: it goes on, and nothing was written', async () => {
  const plan = await planned([setting('image'), calling('redeploy')])
  await later(plan)
  expect([...world.writes, ...world.calls]).toEqual([])
})

test.each([
  ['moved by somebody', () => (world.surfaces['image'] = OTHER), 'stale', 'image is 0000000'],
  ['unreadable', () => (world.seen['image'] = { status: 'denied', why: '403' }), 'not-ready', '403'],
])('a surface that is %s refuses', async (_, happen, code, words) => {
  const plan = await planned([setting('image')])
  happen()
  await expect(later(plan)).rejects.toMatchObject({
    code,
    exit: 20,
    found: expect.stringContaining(words) as string,
  })
})

describe('calls', () => {
  const redeploy = calling('redeploy', { token: '${secrets.token}' })
  const secrets = { secrets: { token: { env: 'TOKEN' } } }

  test('a hook whose secret is not there refuses before the tag moves', async () => {
    const plan = await planned([setting('image'), redeploy], secrets)
    delete session.variables['TOKEN']
    await expect(later(plan)).rejects.toMatchObject({
      code: 'not-ready',
      exit: 20,
      found: expect.stringContaining('TOKEN is not set') as string,
    })
  })

  test('so does one that can no longer be called, with its cure', async () => {
    const plan = await planned([setting('image'), redeploy], secrets)
    world.ready = { kind: 'missing', why: 'the hook was regenerated', cure: 'update the secret' }
    await expect(later(plan)).rejects.toMatchObject({
      exit: 20,
      found: 'redeploy: the hook was regenerated',
      cure: 'update the secret',
    })
  })

  test('so does an option B that can no longer be done', async () => {
    const fallback = { uses: 'fake.call', with: { name: 'by-hand', token: '${secrets.token}' } }
    const plan = await planned([setting('image', { fallback })], secrets)
    delete session.variables['TOKEN']
    await expect(later(plan)).rejects.toMatchObject({ code: 'not-ready', exit: 20 })
  })
})

describe('what was there already', () => {
  test('in a step that changes other surfaces', async () => {
    world.surfaces['config'] = GOOD
    const both = setting('both', { with: { on: ['image', 'config'], to: '${target.sha}' } })
    const plan = await planned([both])
    world.surfaces['config'] = OTHER
    await expect(later(plan)).rejects.toMatchObject({
      code: 'stale',
      found: expect.stringContaining('config is 0000000') as string,
    })
  })

  test('in a step that was left out', async () => {
    world.surfaces['config'] = GOOD
    const plan = await planned([setting('image'), setting('config')])
    world.surfaces['config'] = OTHER
    await expect(later(plan)).rejects.toMatchObject({ code: 'stale', exit: 20 })
  })
})

describe('a call that was left out', () => {
  const steps = [
    setting('image'),
    calling('redeploy', { token: '${secrets.token}' }, { needs: ['image'] }),
    setting('config', { needs: [] }),
  ]
  const rest = { ...LIVE, secrets: { token: { env: 'TOKEN' } } }

  beforeEach(() => {
    world.surfaces['image'] = GOOD
  })

  test('because the target was live: it still is, and its secret is not needed', async () => {
    const plan = await planned(steps, rest)
    expect(plan.steps[1]?.skip).toContain('live version')
    delete session.variables['TOKEN']
    await later(plan)
  })

  test('because the target was live: something else is now', async () => {
    const plan = await planned(steps, rest)
    world.measure = () => reports('bad5678')
    await expect(later(plan)).rejects.toMatchObject({
      code: 'stale',
      exit: 20,
      found: expect.stringContaining('now bad5678 is') as string,
    })
  })

  test('because the target was live: nobody can say now', async () => {
    const plan = await planned(steps, rest)
    world.measure = () => ({ kind: 'unreachable', why: 'timed out' })
    await expect(later(plan)).rejects.toMatchObject({ code: 'not-ready', exit: 20 })
  })

  test('because its check said so: it still does, or does no longer', async () => {
    world.found = 'done'
    const plan = await planned([calling('migrate', { check: true }), setting('config')])
    expect(plan.steps[0]?.skip).toContain('its check')
    await later(plan)
    world.found = 'not-done'
    await expect(later(plan)).rejects.toMatchObject({
      code: 'stale',
      found: expect.stringContaining('migrate') as string,
    })
  })
})
