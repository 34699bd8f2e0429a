import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Measurement, Period } from '../../src/core/source.ts'
import type { Condition, Runbook, SignalDef, Trigger } from '../../src/core/model.ts'
import { decide, type DecideOptions } from '../../src/runtime/decide.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld, stoppedClock } from './fake-world.ts'
import { runbookOf, setting } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld
let clock: ReturnType<typeof stoppedClock>

beforeEach(async () => {
  folder = await tempFolder('decide')
  session = fakeSession(folder.path)
  world = fakeWorld()
  clock = stoppedClock(session, 1_000_000)
})

afterEach(() => folder.stop())

const now = (value: number): Measurement => ({ kind: 'samples', samples: [{ at: clock.now, value }] })
const high = (condition: Omit<Condition, 'signal'>): Trigger => ({
  id: 'high',
  severity: 'high',
  when: { signal: 's', ...condition },
})

function judged(
  triggers: Trigger[],
  sample = 0,
  signal: Partial<SignalDef> = {},
  more: Partial<DecideOptions> = {},
) {
  const signals = { s: { source: 'fake', with: { name: 's' }, every: 1000, ...signal } }
  const runbook: Runbook = runbookOf([setting('image')], {}, { signals, triggers })
  return decide(session, runbook, {
    sample,
    interrupt: new AbortController().signal,
    people: { answers: {} },
    ...more,
  })
}

test('a condition is sampled at its own pace, not at that of its signal', async () => {
  let asked = 0
  world.measure = () => now((asked += 1))
  // At the pace of the signal it would be sampled once in this time.
  const trigger = high({ above: 0, for: 4000, every: 1000 })
  const { verdict } = await judged([trigger], 10_000, { every: 60_000 })
  expect(verdict).toBe('rollback')
  expect(asked).toBeGreaterThan(3)
})

test('a slower pace bridges no more than it measures', async () => {
  world.measure = () => now(1)
  const trigger = high({ above: 0, for: 20_000, every: 10_000 })
  expect((await judged([trigger], 15_000)).triggers[0]).toMatchObject({ judged: 'unknown' })
})

test('a source with a history is asked for as many samples as a condition counts', async () => {
  const periods: (Period | undefined)[] = []
  world.measure = (_, period) => {
    periods.push(period)
    const samples = [2, 1, 0].map((ago) => ({ at: clock.now - ago * 1000, value: 9 }))
    return { kind: 'samples', samples, from: clock.now - (period?.history ?? 0) }
  }
  expect(await judged([high({ above: 5, in_a_row: 3 })], 0, { source: 'past' })).toMatchObject({
    verdict: 'rollback',
  })
  expect(periods[0]?.history).toBeGreaterThanOrEqual(2000)
})

test('what is usual is asked for again, where it could not be told the first time', async () => {
  let asked = 0
  world.measure = (_, period) => {
    if (period?.offset === undefined) return now(50)
    asked += 1
    return asked < 3 ? { kind: 'unreachable', why: 'refused' } : now(10)
  }
  const trigger = high({ above: { times: 2, of: 'baseline' } })
  const signal = { source: 'past', baseline: { offset: 86_400_000, floor: 1 } }
  expect(await judged([trigger], 10_000, signal)).toMatchObject({ verdict: 'rollback' })
})

test('what is usual is not asked for where nothing is compared with it', async () => {
  let asked = 0
  world.measure = (_, period) => {
    if (period?.offset !== undefined) asked += 1
    return now(50)
  }
  await judged([high({ above: 5 })], 0, { source: 'past', baseline: { offset: 86_400_000, floor: 1 } })
  expect(asked).toBe(0)
})

test('while it is sampled, one that takes its time has it, and holds up nobody', async () => {
  const slow = Promise.withResolvers<Measurement>()
  let samples = 0
  world.measure = (name) => {
    if (name === 'slow') return slow.promise
    samples += 1
    return now(samples > 3 ? 9 : 1)
  }
  const signals = Object.fromEntries(
    ['s', 'slow'].map((name) => [name, { source: 'fake', with: { name }, every: 1000 }]),
  )
  const triggers: Trigger[] = [
    high({ above: 5 }),
    { id: 'smoke', severity: 'low', when: { signal: 'slow', above: 5 } },
  ]
  const decision = await decide(session, runbookOf([setting('image')], {}, { signals, triggers }), {
    sample: 600_000,
    interrupt: new AbortController().signal,
    people: { answers: {} },
  })
  slow.resolve(now(1))
  expect(decision).toMatchObject({
    verdict: 'rollback',
    triggers: [{ judged: 'holds' }, { judged: 'unknown' }],
  })
  expect(clock.now).toBeLessThan(1_010_000)
})

test('one that is not done when the sampling ends is not known', async () => {
  world.measure = () => new Promise(() => {})
  expect(await judged([high({ above: 5 })], 10_000)).toMatchObject({ verdict: 'unknown' })
})

test('it is sampled on while a person thinks, who is left alone once it is known', async () => {
  world.measure = () => now(9)
  const triggers: Trigger[] = [
    { ...high({ above: 5, in_a_row: 3 }), id: 'down' },
    { id: 'reported', severity: 'high', when: { signal: 'reports', at_least: 3 } },
  ]
  const signals = {
    s: { source: 'fake', with: { name: 's' }, every: 1000 },
    reports: { source: 'ask', with: { question: 'How many?', type: 'number' } },
  }
  let left = false
  const { verdict } = await decide(session, runbookOf([setting('image')], {}, { signals, triggers }), {
    sample: 20_000,
    interrupt: new AbortController().signal,
    people: {
      answers: {},
      ask: (_question, _answers, signal) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () => {
            left = true
            resolve(undefined)
          }),
        ),
    },
  })
  expect(verdict).toBe('rollback')
  expect(left).toBe(true)
})

test('who is asked has the time they need, also beyond that of the sampling', async () => {
  world.measure = () => now(1)
  const triggers: Trigger[] = [
    high({ above: 5 }),
    { id: 'reported', severity: 'high', when: { signal: 'reports', at_least: 3 } },
  ]
  const signals = {
    s: { source: 'fake', with: { name: 's' }, every: 1000 },
    reports: { source: 'ask', with: { question: 'How many?', type: 'number' } },
  }
  const { verdict } = await decide(session, runbookOf([setting('image')], {}, { signals, triggers }), {
    sample: 5000,
    interrupt: new AbortController().signal,
    people: {
      answers: {},
      async ask() {
        const until = clock.now + 30_000
        while (clock.now < until) await new Promise(setImmediate)
        return '4'
      },
    },
  })
  expect(verdict).toBe('rollback')
})

test('what takes longer than its pace is sampled as often as it can be: that is no gap', async () => {
  world.measure = async () => {
    const until = clock.now + 8000
    while (clock.now < until) await new Promise(setImmediate)
    return now(9)
  }
  const { verdict, triggers } = await judged([high({ above: 5, for: 20_000 })], 60_000)
  expect(verdict, triggers[0]?.words).toBe('rollback')
})

test('what could not be measured is not well, whatever a trigger is afraid of', async () => {
  world.measure = () => ({ kind: 'samples', samples: [{ at: clock.now, value: null, failing: 'HTTP 500' }] })
  for (const fear of [
    { below: 10 },
    { between: [1, 5] as [number, number] },
    { equals: 'no' },
    { matches: 'x' },
  ])
    expect((await judged([high(fear)])).triggers[0], JSON.stringify(fear)).toMatchObject({
      judged: 'unknown',
      verdict: 'unknown',
    })
})

test('it has not held for longer than it was seen to', async () => {
  world.measure = () => now(9)
  const trigger: Trigger = { ...high({ above: 5 }), severity: 'medium', rollbackAfter: 5000 }
  expect(await judged([trigger], 8000, { every: 60_000 })).toMatchObject({ verdict: 'investigate' })
  expect(await judged([trigger], 8000)).toMatchObject({ verdict: 'rollback' })
})

test('a history of more points than a function takes arguments is judged', async () => {
  const from = clock.now - 200_000
  const samples = Array.from({ length: 200_000 }, (_, index) => ({ at: from + index, value: 9 }))
  world.measure = () => ({ kind: 'samples', samples, from })
  expect((await judged([high({ above: 5, for: 60_000 })])).verdict).toBe('rollback')
})

describe('interrupted', () => {
  test('tells what was known until then: what was broken off says nothing', async () => {
    const controller = new AbortController()
    let asked = 0
    world.measure = () => {
      asked += 1
      if (asked < 3) return now(9)
      controller.abort()
      return { kind: 'unreachable', why: 'interrupted while asking' }
    }
    const trigger = high({ above: 5, for: 60_000 })
    const more = { interrupt: controller.signal, explain: true }
    const { verdict, triggers, explanation } = await judged([trigger], 120_000, {}, more)
    expect(asked).toBe(3)
    expect(verdict).toBe('unknown')
    expect(triggers[0]?.words).toContain('is 9, above 5')
    expect(explanation?.signals[0]?.measured).toMatchObject({ count: 2, silent: [] })
    expect(explanation?.triggers[0]?.when.words).toContain('is 9, above 5')
  })
})

test('tells how much time is left', async () => {
  world.measure = () => now(1)
  const all: number[] = []
  const onNews: DecideOptions['onNews'] = (_, left) => void all.push(left)
  await judged([high({ above: 0, for: 20_000 })], 3000, {}, { onNews })
  expect(all[0]).toBeGreaterThan(2500)
  expect(all.at(-1)).toBeLessThan(1000)
})

test('explains what was asked with the window that it was asked for', async () => {
  world.measure = () => now(9)
  const signal = { with: { name: 's', query: 'rate(errors[${window}])' }, window: 300_000 }
  const { explanation } = await judged([high({ above: 5 })], 0, signal, { explain: true })
  expect(explanation?.signals[0]?.asked['query']).toBe('rate(errors[300s])')
})

test('where something holds, why nobody could say when it was deployed is told, but not that nobody would', async () => {
  world.measure = () => now(1)
  const above = high({ above: 0 })
  expect((await judged([above])).deployment).toBeUndefined()
  world.seen['image'] = { status: 'denied', why: 'HTTP 403' }
  expect((await judged([above])).deployment).toEqual({ unknown: expect.stringContaining('HTTP 403') })
})
