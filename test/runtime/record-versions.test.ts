import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Platform, SetAction } from '../../src/core/contract.ts'
import type { Measurement } from '../../src/core/source.ts'
import type { PlanOutcome } from '../../src/core/plan/outcome.ts'
import { openPlan } from '../../src/core/plan/seal.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import { EffectFailure } from '../../src/core/problem.ts'
import { fold } from '../../src/core/run/state.ts'
import { platforms } from '../../src/platforms/index.ts'
import { carryOut } from '../../src/runtime/carry-out.ts'
import { makePlan } from '../../src/runtime/make-plan.ts'
import { makeUndo } from '../../src/runtime/make-undo.ts'
import { namedVersion } from '../../src/runtime/named-version.ts'
import { recordProven } from '../../src/runtime/record-versions.ts'
import { checkReadiness } from '../../src/runtime/readiness.ts'
import { requireStillAsPlanned } from '../../src/runtime/still-as-planned.ts'
import { block, readVersions, unblock } from '../../src/runtime/store/ledger.ts'
import type { PlanRequest } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { planFor, runbookOf, setting, TARGET, watched } from './runbook-of.ts'

const BAD = 'bad5678'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('versions')
  session = fakeSession(folder.path)
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: BAD } },
    measure: () => reading(world.surfaces['image']?.version ?? ''),
  })
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

/** What the live endpoint says. */
const reading = (value: string): Measurement => ({
  kind: 'samples',
  samples: [{ at: Date.now(), value }],
})

const LIVE = {
  release: { live: { signal: 'live' } },
  signals: { live: { source: 'fake', with: { name: 'live' } } },
}
const PROVEN = { within: 1000, must: [{ signal: 'live', passing: true }], should: [] }

const runbook = (rest: Parameters<typeof runbookOf>[2] = LIVE) =>
  runbookOf([setting('image')], { verify: PROVEN }, rest)

function plan(request: Partial<PlanRequest> = {}): Promise<PlanOutcome> {
  return makePlan(session, { runbook: runbook(), target: TARGET, without: [], ...request })
}

const board = () => session.store.board('api', 'production')
const versions = () => readVersions(board())

/** Versions of the fake surfaces have a digest, as images have. */
async function withDigests(): Promise<void> {
  const all: Record<string, Platform> = platforms
  const fake = all['fake']
  const set = (await fake?.actions['set']?.load()) as SetAction<unknown, unknown>
  const digests = (state: unknown) => [`sha256:${(state as { version: string }).version}`]
  const own: SetAction<unknown, unknown> = { ...set, digests }
  if (fake !== undefined)
    all['fake'] = { ...fake, actions: { ...fake.actions, set: { load: async () => own } } }
}

/** Carries it out, and records what was proven, as at the end of a run. */
async function proven(made: Plan, answers: Record<string, string> = {}): Promise<void> {
  const ended = await carryOut(session, made, watched({ answers }))
  expect(ended).toMatchObject({ result: 'proven' })
  const { lines } = await session.store.find(made.id)
  expect(await recordProven(session, made, fold(lines))).toEqual({})
}

function planned(outcome: PlanOutcome): Plan {
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  return outcome.plan
}

function blockBad(reason = 'checkout fails') {
  const since = '2026-11-22T03:15:00.000Z'
  return block(board(), { release: { given: BAD, sha: BAD }, digests: [], since, by: session.who, reason })
}

describe('a proven run', () => {
  test('makes its target good, and blocks what it replaced, by commit and by digest', async () => {
    await withDigests()
    const made = planned(await plan({ reason: 'checkout fails' }))
    await proven(made)
    const remark = { by: session.who, reason: 'checkout fails', run: made.id }
    expect(await versions()).toMatchObject({
      good: [{ release: { sha: TARGET }, digests: [`sha256:${TARGET}`], ...remark }],
      blocked: [{ release: { sha: BAD }, digests: [`sha256:${BAD}`], ...remark }],
    })
  })

  test('of a dead service blocks what the surfaces were at', async () => {
    await withDigests()
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: null, failing: 'refused' }] })
    const made = planned(await plan())
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: TARGET }] })
    await proven(made)
    const [blocked] = (await versions()).blocked
    expect(blocked?.digests).toEqual([`sha256:${BAD}`])
    expect(blocked?.release).toBeUndefined()
  })

  test('never blocks its own target', async () => {
    world.surfaces['image'] = { color: 'blue', version: 'older99' }
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: `${TARGET}0123` }] })
    await proven(planned(await plan()))
    expect(await versions()).toMatchObject({ good: [{ release: { sha: TARGET } }], blocked: [] })
  })

  test('that left a step out is nothing to return to by the name of last-proven', async () => {
    const both = runbookOf([setting('image'), setting('config')], { verify: PROVEN }, LIVE)
    world.surfaces['config'] = { color: 'red', version: BAD }
    const made = planned(await plan({ runbook: both, without: ['config'] }))
    await carryOut(session, made, watched())
    const { lines } = await session.store.find(made.id)
    await recordProven(session, made, fold(lines))
    expect(await versions()).toMatchObject({ good: [], blocked: [{ release: { sha: BAD } }] })
  })

  test('stands, also when it cannot be written down', async () => {
    const made = planned(await plan())
    await carryOut(session, made, watched())
    const { lines } = await session.store.find(made.id)
    await board().write(await board().read(), { 'versions.json': '{"format":9}' }, 'a newer version')
    expect((await recordProven(session, made, fold(lines))).unrecorded).toContain('could not be written down')
  })
})

describe('what a run could not prove itself', () => {
  const OTHER = 'def5678'
  const both = () => runbookOf([setting('image'), setting('config')], { verify: PROVEN }, LIVE)

  beforeEach(() => {
    world.surfaces['config'] = { color: 'red', version: BAD }
  })

  /** Carries out a run to that version, and gives how it ended. */
  async function ran(own: { target?: string; fails?: string; live?: string | undefined } = {}) {
    const { target = TARGET, fails, live = target } = own
    world.before = (effect) => {
      if (effect === `set ${fails}`)
        throw new EffectFailure({ code: 'denied', message: 'not allowed', applied: 'no', retryable: false })
    }
    world.measure = () => reading(world.surfaces['image']?.version ?? '')
    const outcome = await plan({ runbook: both(), target })
    if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal.reasons))
    world.measure = () => (live === '' ? { kind: 'unreachable', why: 'refused' } : reading(live))
    const ended = await carryOut(session, outcome.plan, watched())
    const { lines } = await session.store.find(outcome.plan.id)
    const last = lines.at(-1)?.event
    return {
      id: outcome.plan.id,
      result: ended.result,
      completes: last?.type === 'run-ended' ? last.completes : undefined,
    }
  }
  const blocked = async () => (await versions()).blocked.map(({ release }) => release?.sha)

  test('is proven with what does the rest: what the first has replaced is blocked then', async () => {
    const first = await ran({ fails: 'config' })
    expect(first.result).toBe('stands')
    expect(await blocked()).toEqual([])
    expect(await ran()).toMatchObject({ result: 'proven', completes: [first.id] })
    expect(await blocked()).toEqual([BAD])
  })

  test('is proven by one that has nothing to do, and by no other after that', async () => {
    const first = await ran({ live: '' })
    expect(first.result).toBe('unmeasured')
    expect(await ran()).toMatchObject({ result: 'already', completes: [first.id] })
    expect(await blocked()).toEqual([BAD])
    expect((await ran()).completes).toBeUndefined()
  })

  test('a run that was certainly refused has changed nothing', async () => {
    expect((await ran({ fails: 'image' })).result).toBe('failed')
    for (const id of ['image', 'config']) world.surfaces[id] = { color: 'blue', version: TARGET }
    expect(await ran()).toMatchObject({ result: 'already', completes: undefined })
    expect(await blocked()).toEqual([])
  })

  test('what the runs before have left is blocked, too, wherever they went', async () => {
    expect((await ran({ live: '' })).result).toBe('unmeasured')
    expect(await ran({ target: OTHER })).toMatchObject({ result: 'proven', completes: undefined })
    expect(new Set(await blocked())).toEqual(new Set([TARGET, BAD]))
  })

  test('what somebody else has put there in between has an end of its own', async () => {
    expect((await ran({ live: '' })).result).toBe('unmeasured')
    for (const id of ['image', 'config']) world.surfaces[id] = { color: 'blue', version: 'fff0000' }
    expect((await ran({ target: OTHER })).result).toBe('proven')
    expect(await blocked()).toEqual(['fff0000'])
  })

  test('what lies before a run that was proven is over', async () => {
    expect((await ran({ live: '' })).result).toBe('unmeasured')
    expect((await ran({ target: OTHER })).result).toBe('proven')
    for (const id of ['image', 'config']) world.surfaces[id] = { color: 'blue', version: TARGET }
    await unblock(
      board(),
      { release: { given: TARGET, sha: TARGET }, digests: [] },
      { since: '', by: session.who },
    )
    expect((await ran()).completes).toBeUndefined()
  })

  test('one that is sent late proves nothing of what came after it', async () => {
    for (const id of ['image', 'config']) world.surfaces[id] = { color: 'blue', version: TARGET }
    const late = await ran()
    for (const id of ['image', 'config']) world.surfaces[id] = { color: 'blue', version: BAD }
    expect((await ran({ live: '' })).result).toBe('unmeasured')
    const { plan: made, lines } = await session.store.find(late.id)
    expect((await recordProven(session, made, fold(lines))).completes).toBeUndefined()
    expect(await blocked()).toEqual([])
  })
})

describe('a blocked version', () => {
  test('is refused as a target, with who, when and why, and how to go on', async () => {
    await blockBad()
    world.surfaces['image'] = { color: 'blue', version: 'newer11' }
    const outcome = await plan({ target: BAD })
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: {
        without: undefined,
        reasons: [
          {
            kind: 'blocked',
            why: `${BAD} is blocked since 2026-11-22 03:15 UTC by ${session.who.name}: checkout fails`,
            cure: expect.stringContaining('--force --reason') as string,
          },
        ],
      },
    })
    expect(world.writes).toEqual([])
  })

  test('is found by its digest, whatever it is called', async () => {
    await withDigests()
    const since = '2026-11-22T03:15:00.000Z'
    await block(board(), { digests: [`sha256:${TARGET}`], since, by: session.who, reason: 'leaks' })
    expect(await plan()).toMatchObject({ kind: 'refused', refusal: { reasons: [{ kind: 'blocked' }] } })
  })

  test('can be forced; the sealed plan says so, and is carried out without asking again', async () => {
    await block(board(), {
      release: { given: TARGET, sha: TARGET },
      digests: [],
      since: '2026-11-22T03:15:00.000Z',
      by: session.who,
      reason: 'leaks',
    })
    const made = planned(await plan({ force: true, reason: 'better slow than down' }))
    expect(openPlan(JSON.stringify(made))).toMatchObject({
      reason: 'better slow than down',
      forced: expect.stringContaining('is blocked since 2026-11-22') as string,
    })
    await requireStillAsPlanned(session, made)
    await proven(made)
    // Forcing it once says nothing about the next time.
    expect((await versions()).blocked.some(({ lifted }) => lifted !== undefined)).toBe(false)
  })

  test('refuses a plan that was made before it was blocked', async () => {
    const made = planned(await plan())
    const since = '2026-11-22T03:15:00.000Z'
    const release = { given: TARGET, sha: TARGET }
    await block(board(), { release, digests: [], since, by: session.who, reason: 'leaks' })
    await expect(requireStillAsPlanned(session, made)).rejects.toMatchObject({
      code: 'not-ready',
      found: expect.stringContaining('leaks') as string,
      exit: 20,
    })
  })

  test('a ledger that cannot be read refuses a run: nobody can say whether it is blocked', async () => {
    await board().write(await board().read(), { 'versions.json': '{"format":9}' }, 'a newer version')
    expect(await plan()).toMatchObject({ kind: 'refused', refusal: { reasons: [{ kind: 'unknown' }] } })
    expect(await plan({ force: true, reason: 'now' })).toMatchObject({ kind: 'plan' })
  })

  test('stands last among the candidates, and is not the one that is tried', async () => {
    world.versions = () =>
      [BAD, TARGET].map((sha) => ({ release: { given: sha, sha }, names: [], why: 'image' }))
    world.surfaces['image'] = { color: 'blue', version: 'newer11' }
    world.measure = () => ({ kind: 'samples', samples: [{ at: 0, value: 'newer11' }] })
    await blockBad()
    const { candidates, surfaces } = await checkReadiness(session, runbook())
    expect(candidates.map(({ release, blocked }) => [release.sha, blocked !== undefined])).toEqual([
      [TARGET, false],
      [BAD, true],
    ])
    expect(surfaces).toMatchObject([{ trial: { candidate: TARGET } }])
  })
})

describe('last-proven', () => {
  test('is what was proven last and is not blocked', async () => {
    await expect(plan({ target: 'last-proven' })).rejects.toMatchObject({ code: 'nothing-proven', exit: 20 })
    await proven(planned(await plan()))
    world.surfaces['image'] = { color: 'blue', version: BAD }
    expect(await plan({ target: 'last-proven' })).toMatchObject({ plan: { target: { sha: TARGET } } })
    const procedure = runbook().procedures[0] ?? never()
    const { version } = await namedVersion(session, runbook(), procedure, 'last-proven')
    expect(version).toMatchObject({ release: { sha: TARGET } })
    const since = '2026-11-22T03:15:00.000Z'
    await block(board(), { ...version, since, by: session.who, reason: 'bad as well' })
    await expect(plan({ target: 'last-proven' })).rejects.toMatchObject({ code: 'nothing-proven' })
  })
})

function never(): never {
  throw new Error('the runbook has a procedure')
}

test('last-proven is another one where what was proven last is to be left', async () => {
  await proven(planned(await plan()))
  await expect(
    plan({ target: 'last-proven', notTo: [{ given: TARGET, sha: TARGET }] }),
  ).rejects.toMatchObject({
    code: 'nothing-proven',
    message: expect.stringContaining('no other version') as string,
  })
})

describe('an undo that brings back a blocked version', () => {
  async function rolledBack(): Promise<Plan> {
    const made = await planFor(session, runbook())
    await proven(made)
    return made
  }

  const undoOf = async (made: Plan) =>
    planned(await makeUndo(session, await session.store.find(made.id), { without: [] }))

  test('asks a person first; without an answer nothing is done', async () => {
    const undo = await undoOf(await rolledBack())
    expect(undo.confirmations).toMatchObject([{ id: 'blocked', question: { expects: 'yes' } }])
    expect(undo.confirmations[0]?.question.text).toContain(`${BAD} is blocked since`)
    world.writes.length = 0
    const unanswered = watched({ answers: {} })
    expect(await carryOut(session, undo, unanswered)).toMatchObject({ result: 'declined', exit: 26 })
    expect(world.writes).toEqual([])
    expect((await versions()).blocked).toMatchObject([{ release: { sha: BAD } }])
  })

  test('when it is proven, the version is blocked no longer, with the undo as the reason', async () => {
    const made = await rolledBack()
    const undo = await undoOf(made)
    await proven(undo, { blocked: 'yes' })
    const { blocked, good } = await versions()
    expect(blocked).toMatchObject([
      { release: { sha: BAD }, lifted: { run: undo.id, reason: expect.stringContaining(made.id) as string } },
    ])
    // That it was brought back does not make it good.
    expect(good.map(({ release }) => release?.sha)).toEqual([TARGET])
    // An undo of the undo leads to a good version: nobody is asked.
    expect((await undoOf(undo)).confirmations).toEqual([])
  })

  test('a version without a block asks nothing', async () => {
    const made = await planFor(session, runbook())
    await carryOut(session, made, watched())
    const board = session.store.board(made.service, made.environment)
    const known = { release: { given: BAD, sha: BAD }, digests: [] }
    await unblock(board, known, { since: '2026-11-25T00:00:00Z', by: session.who, run: made.id })
    expect((await undoOf(made)).confirmations).toEqual([])
  })
})
