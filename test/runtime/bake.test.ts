import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Measurement } from '../../src/core/source.ts'
import { Interruption } from '../../src/core/interruption.ts'
import type { Bake } from '../../src/core/model.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import type { Line, RunEvent } from '../../src/core/run/events.ts'
import { runStarted } from '../../src/core/run/run-started.ts'
import { readVersions, recordRun } from '../../src/runtime/store/ledger.ts'
import { startOf } from '../../src/io/process-identity.ts'
import { whereAmI } from '../../src/runtime/where.ts'
import { endBake, watchBake } from '../../src/runtime/bake.ts'
import type { BakeOptions } from '../../src/runtime/watching.ts'
import { callStep, planOf } from '../core/plan-of.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld, stoppedClock } from './fake-world.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld
let clock: ReturnType<typeof stoppedClock>

beforeEach(async () => {
  folder = await tempFolder('bake')
  session = fakeSession(folder.path)
  world = fakeWorld()
  clock = stoppedClock(session, 1_000_000)
})

afterEach(() => folder.stop())

const PROVEN_AT = 1_000_000
const percent = (value: number): Measurement => ({ kind: 'samples', samples: [{ at: 0, value }] })
const gone: Measurement = { kind: 'unreachable', why: 'connection refused' }

/** So many milliseconds after it was proven. */
const since = (): number => clock.now - PROVEN_AT

async function proven(
  bake: Partial<Bake>,
  id = '20261122-031500-7f3a',
  signals: Plan['signals'] = {},
): Promise<Plan> {
  const plan = planOf([callStep('redeploy')], {
    id,
    signals: {
      ...Object.fromEntries(
        ['errors', 'p95'].map((name) => [
          name,
          { source: 'fake', with: { name }, every: 1000, unit: 'percent' as const },
        ]),
      ),
      reports: { source: 'ask', with: { question: 'How many reports?', type: 'number', expires: '10m' } },
      works: { source: 'ask', with: { question: 'Does it work?' } },
      ...signals,
    },
    bake: { for: 30_000, settle: 5000, must: [], should: [], ...bake },
  })
  const log = await session.store.create(plan)
  await log.append(runStarted(plan, session.who))
  await log.append({ type: 'intent', step: 'redeploy', effect: 'redeploy', attempt: 1, use: 'first' })
  await log.append({ type: 'run-ended', result: 'proven', exit: 0, why: 'it is live', stands: [] })
  await log.close()
  return plan
}

/** What happens after an event is on disk and before who has written it goes on. */
function whileWriting(happens: (event: RunEvent) => Promise<void>): void {
  const { reopen } = session.store
  session.store.reopen = async (id) => {
    const { log, ...run } = await reopen.call(session.store, id)
    const append = log.append.bind(log)
    log.append = async (event) => {
      const line = await append(event)
      await happens(event)
      return line
    }
    return { ...run, log }
  }
}

const MUST: Partial<Bake> = { must: [{ signal: 'errors', below: '1%' }] }

async function watched(
  plan: Plan,
  interrupt = new AbortController().signal,
  people: Pick<BakeOptions, 'askFact' | 'answers' | 'onNews'> = {},
) {
  const lines: Line[] = []
  const baked = await watchBake(session, plan, {
    interrupt,
    onLine: (line) => lines.push(line),
    ...people,
  })
  return { ...baked, lines }
}

const judgements = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ event }) => (event.type === 'bake-judged' ? [`${event.condition} ${event.verdict}`] : []))

test('it has held: every sample, until its time is over', async () => {
  world.measure = () => percent(0.2)
  expect(await watched(await proven(MUST))).toMatchObject({ ended: { result: 'held' }, exit: 0 })
  expect(since()).toBeGreaterThanOrEqual(30_000)
})

test('the incident itself is not judged: what is measured while it settles does not count', async () => {
  world.measure = () => percent(since() < 4000 ? 30 : 0.2)
  // Nor does it count for a condition that looks back.
  const plan = await proven({ must: [{ signal: 'errors', below: '1%', for: 10_000 }] })
  expect(await watched(plan)).toMatchObject({ ended: { result: 'held' } })
})

test('a must that fails ends it at once, with what was measured', async () => {
  world.measure = () => percent(since() < 12_000 ? 0.2 : 3)
  const { ended, exit, lines } = await watched(await proven(MUST))
  expect(ended).toMatchObject({ result: 'breached', why: 'errors below 1%: is 3%, not below 1%' })
  expect(exit).toBe(28)
  expect(since()).toBeLessThan(14_000)
  expect(judgements(lines)).toEqual(['errors below 1% holds', 'errors below 1% fails'])
})

test.each([
  ['a breach', { must: [{ signal: 'errors', below: '1%' }] }, []],
  ['a degraded one', { should: [{ signal: 'errors', below: '1%' }] }, []],
  ['one that has held', { must: [{ signal: 'errors', below: '90%' }] }, ['20261122-031500-7f3a']],
])('after %s the version is what last-proven means only where it stayed well', async (_, bake, wanted) => {
  world.measure = () => percent(since() < 12_000 ? 0.2 : 3)
  const plan = await proven(bake)
  const board = session.store.board(plan.service, plan.environment)
  const remark = { since: '2026-11-22T03:15:00.000Z', by: session.who, run: plan.id }
  await recordRun(board, { good: { release: plan.target, digests: [], ...remark } }, 'proven')
  await watched(plan)
  expect((await readVersions(board)).good.map(({ run }) => run)).toEqual(wanted)
})

test('one failure of a must ends it, also where it has recovered by the time that is written down', async () => {
  world.measure = () => percent(since() > 12_000 && since() < 13_500 ? 3 : 0.2)
  const plan = await proven(MUST)
  // A slow disk: what is sampled meanwhile is well again.
  whileWriting(async (event) => {
    if (event.type !== 'bake-judged' || event.verdict !== 'fails') return
    for (let ticks = 0; ticks < 100; ticks++) await session.read.sleep(50)
  })
  expect(await watched(plan)).toMatchObject({ ended: { result: 'breached' }, exit: 28 })
})

test('a failure on record counts for whoever goes on with it', async () => {
  const plan = await proven(MUST)
  const { log } = await session.store.reopen(plan.id)
  await log.append({
    type: 'bake-judged',
    condition: 'errors below 1%',
    role: 'must',
    verdict: 'fails',
    words: '3%',
  })
  await log.close()
  world.measure = () => percent(0.2)
  expect(await watched(plan)).toMatchObject({ ended: { result: 'breached' }, exit: 28 })
})

test('what is not known at the end is no success', async () => {
  world.measure = () => (since() < 20_000 ? percent(0.2) : gone)
  expect(await watched(await proven(MUST))).toMatchObject({
    ended: { result: 'unmeasured', why: 'errors below 1%: connection refused' },
    exit: 23,
  })
})

test('a measuring system that was away for a while is no breach', async () => {
  world.measure = () => (since() > 10_000 && since() < 20_000 ? gone : percent(0.2))
  expect(await watched(await proven(MUST))).toMatchObject({ ended: { result: 'held' } })
})

test('a should that fails does not end it', async () => {
  world.measure = (name) => percent(name === 'p95' && since() > 10_000 && since() < 12_000 ? 90 : 0.2)
  const plan = await proven({ ...MUST, should: [{ signal: 'p95', below: '50%' }] })
  expect(await watched(plan)).toMatchObject({ ended: { result: 'degraded' }, exit: 24 })
  expect(since()).toBeGreaterThanOrEqual(30_000)
})

test('one that is stopped is gone on with: what is left is watched, and no less', async () => {
  const plan = await proven(MUST)
  const stop = new AbortController()
  world.measure = () => {
    if (since() > 10_000) stop.abort(new Interruption('SIGINT', clock.now))
    return percent(0.2)
  }
  const stopped = await watched(plan, stop.signal)
  expect(stopped).toMatchObject({ exit: 130 })
  expect(stopped.ended).toBeUndefined()
  clock.now += 3_600_000
  const again = clock.now
  expect(await watched(plan)).toMatchObject({ ended: { result: 'held' }, exit: 0 })
  expect(clock.now - again).toBeGreaterThan(18_000)
  expect(clock.now - again).toBeLessThan(22_000)
})

test('whoever goes on with it watches for as long as a condition looks back', async () => {
  const plan = await proven({ must: [{ signal: 'errors', below: '1%', for: 20_000 }] })
  const stop = new AbortController()
  world.measure = () => {
    if (since() > 26_000) stop.abort(new Interruption('SIGINT', clock.now))
    return percent(0.2)
  }
  expect(await watched(plan, stop.signal)).toMatchObject({ exit: 130 })
  expect(await watched(plan)).toMatchObject({ ended: { result: 'held' }, exit: 0 })
})

test('two who would watch it at once: one does, the other one is told who', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven(MUST)
  const { log } = await session.store.reopen(plan.id)
  const { pid } = process
  await log.append({
    type: 'bake-started',
    by: session.who,
    pid,
    started: startOf(pid) ?? '',
    host: whereAmI(),
  })
  await log.close()
  clock.now += 50
  await expect(watched(plan)).rejects.toThrow('is being watched already')
  // Nor is it given up by who has looked at it before.
  const givenUp = endBake(session, plan.id, { type: 'bake-ended', result: 'given-up', exit: 0, why: '' })
  await expect(givenUp).rejects.toMatchObject({ code: 'watched', exit: 25 })
  expect((await session.store.find(plan.id)).lines.at(-1)?.event.type).toBe('bake-started')
})

test('a later run that changes something ends it, whatever is measured then', async () => {
  const plan = await proven(MUST)
  let later: Promise<unknown> | undefined
  world.measure = async () => {
    if (since() < 10_000) return percent(0.2)
    await (later ??= laterRun())
    return percent(99)
  }
  expect(await watched(plan)).toMatchObject({
    ended: { result: 'replaced', why: 'run 20261122-041500-aaaa has changed what was watched' },
    exit: 0,
  })
})

/** With what its lock does: whoever watches looks only when something has happened there. */
async function laterRun(): Promise<void> {
  await proven({}, '20261122-041500-aaaa')
  const board = session.store.board('api', 'production')
  await board.write(await board.read(), { 'lock.json': '{}' }, 'another run')
}

test('one that has ended meanwhile is not begun again', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven(MUST)
  await watched(plan)
  await expect(watched(plan)).rejects.toMatchObject({ code: 'run-ended', exit: 2 })
  expect((await session.store.find(plan.id)).lines.at(-1)?.event.type).toBe('bake-ended')
})

const REPORTS: Partial<Bake> = {
  must: [
    { signal: 'reports', below: 2 },
    { signal: 'errors', below: '1%' },
  ],
}

test.each([
  ['1', { result: 'held' }, 0],
  ['2', { result: 'breached', why: 'reports below 2: is 2, not below 2' }, 28],
  ['', { result: 'unmeasured' }, 23],
])('a person is asked at the end of it, and not before: %j', async (answer, ended, exit) => {
  world.measure = () => percent(0.2)
  const baked = await watched(await proven(REPORTS), undefined, {
    askFact: async (question) => {
      expect(question).toBe('How many reports?')
      expect(since()).toBeGreaterThanOrEqual(30_000)
      return answer
    },
  })
  expect(baked).toMatchObject({ ended, exit })
})

test('nothing is told while a person is at the question: it would stand in their line', async () => {
  world.measure = () => percent(0.2)
  let news: string[] | undefined
  const told = await watched(await proven(REPORTS), undefined, {
    onNews: (words) => news?.push(words),
    askFact: async () => {
      news = []
      for (let ticks = 0; ticks < 20; ticks++) await new Promise(setImmediate)
      return '1'
    },
  })
  expect(told.exit).toBe(0)
  expect(news).toEqual([])
})

test('what breaks while a person thinks ends it, and takes the question back', async () => {
  let asked = false
  world.measure = () => percent(asked ? 3 : 0.2)
  const { ended, exit } = await watched(await proven(REPORTS), undefined, {
    askFact: (_, __, signal) => {
      asked = true
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined)))
    },
  })
  expect({ result: ended?.result, exit }).toEqual({ result: 'breached', exit: 28 })
})

test('what breaks right before the answer counts, too', async () => {
  let asked = false
  world.measure = () => percent(asked ? 3 : 0.2)
  const signals = {
    errors: { source: 'fake', with: { name: 'errors' }, every: 3_600_000, unit: 'percent' as const },
  }
  const plan = await proven({ ...REPORTS, settle: 0 }, undefined, signals)
  const { exit } = await watched(plan, undefined, {
    askFact: async () => {
      asked = true
      return '1'
    },
  })
  expect(exit).toBe(28)
})

test('whoever wakes up after somebody else went on with it writes nothing', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven(REPORTS)
  const written = Promise.withResolvers<void>()
  const slept = watched(plan, undefined, {
    askFact: async () => {
      const { log } = await session.store.reopen(plan.id)
      await log.append({ type: 'bake-started', by: session.who, pid: 1, started: 'then', host: 'elsewhere' })
      await log.append({ type: 'bake-ended', result: 'breached', exit: 28, why: 'reports' })
      await log.close()
      written.resolve()
      return '0'
    },
  })
  await expect(slept).rejects.toMatchObject({ code: 'watched', exit: 25 })
  // It may be noticed between the two lines.
  await written.promise
  expect((await session.store.find(plan.id)).lines.at(-1)?.event).toMatchObject({ result: 'breached' })
})

test('answers may come one by one: those on record count, as long as they do', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven({
    must: [
      { signal: 'works', equals: true },
      { signal: 'reports', below: 2 },
    ],
  })
  expect(await watched(plan, undefined, { answers: { works: 'yes' } })).toMatchObject({ exit: 26 })
  const second = await watched(plan, undefined, { answers: { reports: '1' } })
  expect(second).toMatchObject({ ended: { result: 'held' }, exit: 0 })
})

test('one that has expired is asked again', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven({ ...REPORTS, for: 3_600_000 })
  const { exit, lines } = await watched(plan, undefined, { answers: { reports: '1' } })
  expect(exit).toBe(26)
  expect(lines.at(-1)?.event.type).toBe('bake-unanswered')
})

test('an answer that is for something else of the run is not on record as one of the bake', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven(REPORTS)
  const { lines } = await watched(plan, undefined, { answers: { compatible: 'yes', reports: '1' } })
  const answers = lines.flatMap(({ event }) => (event.type === 'signal-answered' ? event.signal : []))
  expect(answers).toEqual(['reports'])
})

test('nobody is asked about one that is breached', async () => {
  world.measure = () => percent(3)
  const askFact = () => Promise.reject(new Error('nobody is to be asked'))
  expect(await watched(await proven(REPORTS), undefined, { askFact })).toMatchObject({ exit: 28 })
})

test('an answer counts that was given in time, however long the next question takes', async () => {
  world.measure = () => percent(0.2)
  const must = [
    { signal: 'reports', below: 2 },
    { signal: 'works', equals: true },
  ]
  const { exit } = await watched(await proven({ must }), undefined, {
    async askFact(question) {
      if (question.startsWith('How')) return '1'
      const until = since() + 11 * 60_000
      while (since() < until) await new Promise(setImmediate)
      return 'yes'
    },
  })
  expect(exit).toBe(0)
})

test('an answer that is all that is left counts, however long what is measured takes once more', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven({
    for: 1_800_000,
    must: [
      { signal: 'reports', below: 2 },
      { signal: 'errors', below: '1%', for: 900_000 },
    ],
  })
  expect(await watched(plan)).toMatchObject({ exit: 26 })
  expect(await watched(plan, undefined, { answers: { reports: '1' } })).toMatchObject({ exit: 0 })
})

test('Ctrl-C at a question, while a line is being written, is no answer to it', async () => {
  const stop = new AbortController()
  let leave = (): void => {}
  const must = [
    { signal: 'works', equals: true },
    { signal: 'reports', below: 2 },
  ]
  const plan = await proven({ must })
  whileWriting(async (event) => {
    if (event.type !== 'bake-judged') return
    stop.abort(new Interruption('SIGINT', clock.now))
    leave()
    for (let turns = 0; turns < 30; turns++) await new Promise(setImmediate)
  })
  const askFact = (question: string): Promise<string | undefined> =>
    question.startsWith('Does')
      ? Promise.resolve('yes')
      : new Promise((resolve) => (leave = () => resolve(undefined)))
  const { exit, ended } = await watched(plan, stop.signal, { askFact })
  expect({ exit, ended }).toEqual({ exit: 130, ended: undefined })
})

test('where nobody is there it has no end: whoever goes on with it can say it', async () => {
  world.measure = () => percent(0.2)
  const plan = await proven(REPORTS)
  const { ended, exit, lines } = await watched(plan)
  expect({ ended, exit }).toEqual({ ended: undefined, exit: 26 })
  expect(lines.at(-1)?.event).toEqual({
    type: 'bake-unanswered',
    why: 'nobody is there to answer: How many reports? (--answer reports=…)',
  })
  await expect(watched(plan, undefined, { answers: { reports: 'some' } })).rejects.toMatchObject({
    code: 'answer-invalid',
    exit: 2,
  })
  const again = await watched(plan, undefined, { answers: { reports: '1' } })
  expect(again).toMatchObject({ ended: { result: 'held' }, exit: 0 })
  expect(again.lines).toContainEqual(
    expect.objectContaining({
      event: { type: 'signal-answered', signal: 'reports', value: '1', by: session.who },
    }),
  )
})

test('it is watched while a person is asked, and Ctrl-C at the question ends only the watching', async () => {
  world.measure = () => percent(0.2)
  const stop = new AbortController()
  const asking = Promise.withResolvers<undefined>()
  const plan = await proven(REPORTS)
  const { ended, exit, lines } = await watched(plan, stop.signal, {
    askFact: async () => {
      while (since() < 230_000) await new Promise(setImmediate)
      stop.abort(new Interruption('SIGINT', clock.now))
      asking.resolve(undefined)
      return asking.promise
    },
  })
  expect({ ended, exit }).toEqual({ ended: undefined, exit: 130 })
  const told = lines.filter(({ event }) => event.type === 'bake-watched')
  expect(told.length).toBeGreaterThanOrEqual(3)
  expect(lines.at(-1)?.event).toMatchObject({ type: 'bake-stopped' })
})

test('it tells once a minute that it is still watched', async () => {
  world.measure = () => percent(0.2)
  const { lines } = await watched(await proven({ ...MUST, for: 300_000 }))
  const told = lines.filter(({ event }: { event: RunEvent }) => event.type === 'bake-watched')
  expect(told.length).toBeGreaterThanOrEqual(4)
  expect(told.length).toBeLessThanOrEqual(5)
})
