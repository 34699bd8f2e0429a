import { recordRun } from '../../src/runtime/store/ledger.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Candidate } from '../../src/core/release.ts'
import type { Readiness } from '../../src/core/plan/readiness.ts'
import { checkReadiness } from '../../src/runtime/readiness.ts'
import { tempFolder } from '../helpers/folder.ts'
import { type FakeSession, fakeSession, type FakeWorld, fakeWorld } from './fake-world.ts'
import { calling, runbookOf, setting } from './runbook-of.ts'

const OLD = '1111111111111111111111111111111111111111'
const OLDER = '2222222222222222222222222222222222222222'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('readiness')
  session = fakeSession(folder.path)
  world = fakeWorld({ surfaces: { a: { color: 'blue', version: 'bad' } } })
})

afterEach(() => folder.stop())

function offer(...shas: string[]): Candidate[] {
  return shas.map((sha) => ({ release: { given: sha, sha }, names: [], why: 'present' }))
}

async function trialOf(options: { refuse?: string[]; candidates: Candidate[] }): Promise<Readiness> {
  world.versions = () => options.candidates
  world.refused = (version) =>
    options.refuse?.includes(version ?? '') === true ? { kind: 'missing', why: 'it is gone' } : undefined
  return checkReadiness(session, runbookOf([setting('a')]))
}

test('the newest candidate that is not live is tried, and nothing is written', async () => {
  const [live, ...others] = offer('bad0000bad0000bad0000bad0000bad0000bad00', OLD, OLDER)
  const candidates = [{ ...live, live: true } as Candidate, ...others]
  const { surfaces } = await trialOf({ candidates })
  expect(surfaces).toMatchObject([{ state: 'ready', trial: { candidate: '1111111', state: 'possible' } }])
  expect(world.writes).toEqual([])
})

test('one that is gone does not hide that the next is there', async () => {
  const { surfaces } = await trialOf({ candidates: offer(OLD, OLDER), refuse: [OLD] })
  expect(surfaces[0]?.trial).toMatchObject({ candidate: '2222222', state: 'possible' })
})

test('when all are gone, the first says why', async () => {
  const { surfaces } = await trialOf({ candidates: offer(OLD, OLDER), refuse: [OLD, OLDER] })
  expect(surfaces[0]?.trial).toMatchObject({ candidate: '1111111', state: 'missing', why: 'it is gone' })
})

test('a denied write is told of on any day', async () => {
  world.versions = () => offer(OLD)
  world.refused = () => ({ kind: 'denied', why: 'we may not write' })
  const { surfaces } = await checkReadiness(session, runbookOf([setting('a')]))
  expect(surfaces[0]?.trial).toMatchObject({ state: 'denied', why: 'we may not write' })
})

test('what came after the live version is no way back: it is tried last, and told', async () => {
  const [newer, live, older] = offer('3333333333333333333333333333333333333333', OLD, OLDER)
  if (newer === undefined || live === undefined || older === undefined) throw new Error('three are offered')
  const { surfaces, candidates } = await trialOf({ candidates: [newer, { ...live, live: true }, older] })
  expect(surfaces[0]?.trial).toMatchObject({ candidate: '2222222' })
  expect(candidates.map(({ release, why }) => [release.sha?.slice(0, 7), why])).toEqual([
    ['1111111', 'present'],
    ['2222222', 'present'],
    ['3333333', 'newer than what is live; present'],
  ])
})

test('where no surface and no history knows any, what was proven is offered', async () => {
  const board = session.store.board('api', 'production')
  const proven = (sha: string, day: number) => ({
    good: {
      release: { given: sha, sha },
      digests: [],
      since: `2026-11-0${day}T03:00:00.000Z`,
      by: session.who,
      run: `run-${day}`,
    },
    blocked: undefined,
  })
  await recordRun(board, proven(OLDER, 1), 'one')
  await recordRun(board, proven(OLD, 2), 'two')
  const { candidates } = await trialOf({ candidates: [] })
  expect(candidates).toMatchObject([
    { release: { sha: OLD }, why: 'proven 2026-11-02; by run run-2' },
    { release: { sha: OLDER }, why: 'proven 2026-11-01; by run run-1' },
  ])
})

test('what a person is asked is told, and whether it can be said beforehand', async () => {
  const gate = { id: 'sure', uses: 'person.confirm', with: { question: 'Is ${target.sha} announced?' } }
  const reports = { source: 'ask', with: { question: 'How many reports?', type: 'number' } }
  const runbook = runbookOf(
    [gate, setting('image')],
    { verify: { within: 1000, must: [{ signal: 'works', equals: true }], should: [] } },
    {
      signals: { reports, works: { source: 'ask', with: { question: 'Does it work?' } } },
      triggers: [{ id: 'reported', severity: 'medium', when: { signal: 'reports', at_least: 3 } }],
    },
  )
  expect((await checkReadiness(session, runbook)).questions).toEqual([
    {
      answer: 'sure',
      question: 'Is ${target.sha} announced?',
      expects: 'yes',
      asked: 'before the change',
    },
    { answer: 'reports', question: 'How many reports?', asked: 'for the verdict' },
    { answer: 'works', question: 'Does it work?', asked: 'for the proof' },
  ])
})

test('without candidates nothing is tried', async () => {
  const { surfaces } = await checkReadiness(session, runbookOf([setting('a')]))
  expect(surfaces).toMatchObject([{ state: 'ready', trial: undefined }])
})

test('a history that cannot be read is an item, and leaves what the surfaces hold', async () => {
  world.versions = () => offer(OLD)
  const history = { git: { repository: folder.path } }
  const readiness = await checkReadiness(session, runbookOf([setting('a')], {}, { release: { history } }))
  expect(readiness.candidatesUnread?.why).toContain('cannot be read')
  expect(readiness.candidates).toMatchObject([{ release: { sha: OLD } }])
  expect(readiness.surfaces).toMatchObject([{ trial: { state: 'possible' } }])
})

test('a set whose secret is missing is among the surfaces', async () => {
  const step = setting('a', { with: { on: ['a'], to: 'x', token: '${secrets.token}' } })
  const readiness = await checkReadiness(
    session,
    runbookOf([step], {}, { secrets: { token: { env: 'NO_SUCH_TOKEN' } } }),
  )
  expect(readiness.surfaces).toMatchObject([{ step: 'a', surface: 'fake.set', state: 'missing' }])
  expect(readiness.calls).toEqual([])
})

test('a call whose check needs a version is asked with a candidate, or said not to be', async () => {
  const call = calling('hook', { name: '${target.sha}', check: true })
  const runbook = runbookOf([setting('a'), call])
  expect((await checkReadiness(session, runbook)).calls).toMatchObject([{ state: 'unasked' }])
  world.versions = () => offer(OLD)
  expect((await checkReadiness(session, runbook)).calls).toMatchObject([
    { state: 'ready', why: 'asked with 1111111' },
  ])
})

test('signals are told in their unit, and several series are measured as well as one', async () => {
  world.measure = (name) => {
    const samples = [{ at: session.read.now(), value: 0.12 }]
    if (name === 'errors') return { kind: 'samples', samples }
    const other = [{ at: session.read.now(), value: 0.01 }]
    return {
      kind: 'series',
      judged: 'any',
      series: [samples, other].map((all, index) => ({ labels: { region: `r${index}` }, samples: all })),
    }
  }
  const signal = (name: string) => ({ source: 'fake', with: { name }, unit: 'ratio' as const })
  const signals = { errors: signal('errors'), regions: signal('regions') }
  const readiness = await checkReadiness(session, runbookOf([setting('a')], {}, { signals }))
  expect(readiness.signals).toEqual([
    { name: 'errors', value: '12%', state: 'measured' },
    { name: 'regions', value: '2 series, 1% to 12%', state: 'measured' },
  ])
})
