import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Measurement } from '../../src/core/source.ts'
import type { Condition, Verify } from '../../src/core/model.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import type { RunEvent } from '../../src/core/run/events.ts'
import { emptyState } from '../../src/core/run/state.ts'
import type { Carrier } from '../../src/runtime/carrier.ts'
import { prove, proveStep } from '../../src/runtime/prove.ts'
import { change, planOf, setUse, step } from '../core/plan-of.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'

const GOOD = { version: 'abc1234', color: 'blue' }
const BAD = { version: 'bad5678', color: 'blue' }

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld
let clock: number

beforeEach(async () => {
  folder = await tempFolder('prove')
  session = fakeSession(folder.path)
  world = fakeWorld({ surfaces: { image: GOOD } })
  clock = 0
  session.read = { ...session.read, now: () => clock }
})

afterEach(() => folder.stop())

const up: Measurement = { kind: 'samples', samples: [{ at: 0, value: 'abc1234' }] }
const down: Measurement = { kind: 'samples', samples: [{ at: 0, value: null, failing: '503' }] }
const gone: Measurement = { kind: 'unreachable', why: 'connection refused' }

const HEALTHY: Condition = { signal: 'health', passing: true }

function planWith(verify: Partial<Verify> | undefined, own: Partial<Plan> = {}): Plan {
  const image = { uses: 'fake.set', with: { on: ['image'], to: 'abc1234' } }
  const use = {
    ...setUse(
      change('image', { surface: { id: 'image', kind: 'version', type: 'tag' }, from: BAD, to: GOOD }),
    ),
    ...image,
  }
  return planOf([step('image', use)], {
    signals: Object.fromEntries(
      ['health', 'live', 'latency'].map((name) => [name, { source: 'fake', with: { name }, every: 1000 }]),
    ),
    ...(verify === undefined ? {} : { verify: { within: 10_000, must: [], should: [], ...verify } }),
    ...own,
  })
}

/** Time passes only by sleeping. */
function carrierFor(plan: Plan): Carrier & { events: RunEvent[]; stop(): void } {
  const events: RunEvent[] = []
  let stopped = false
  return {
    session,
    plan,
    secrets: session.secretsOf({}),
    append: async (event) => void events.push(event),
    keep: () => Promise.reject(new Error('nothing is kept')),
    own: async () => {},
    share: async () => {},
    state: emptyState,
    now: () => clock,
    async sleep(milliseconds) {
      clock += milliseconds
      // Samples that are being taken get their turn.
      await new Promise(setImmediate)
    },
    news: () => {},
    interrupted: () => stopped,
    events,
    stop: () => (stopped = true),
  }
}

/** One answer after another; the last one for all further questions. */
function answering(...answers: Measurement[]): () => Measurement {
  let index = 0
  return () => answers[Math.min(index++, answers.length - 1)] ?? gone
}

async function verdict(verify: Partial<Verify> | undefined, own?: Partial<Plan>) {
  return prove(carrierFor(planWith(verify, own)))
}

describe('success is proven, never assumed', () => {
  test('all conditions hold, and the surface says the target', async () => {
    world.measure = () => up
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'holds', degraded: [] })
  })

  test('a healthy service does not outweigh a surface that says something else', async () => {
    world.measure = () => up
    world.surfaces['image'] = BAD
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({
      verdict: 'fails',
      why: 'image: is bad5678',
    })
    expect(clock).toBeGreaterThanOrEqual(10_000)
  })

  test('nor one that is gone', async () => {
    world.measure = () => up
    delete world.surfaces['image']
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'fails' })
  })

  test('a surface that comes back in time is well', async () => {
    world.surfaces['image'] = BAD
    world.measure = () => {
      if (clock > 4000) world.surfaces['image'] = GOOD
      return up
    }
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'holds' })
  })

  test('a surface at the target that still moves when the time is over is unknown', async () => {
    world.measure = () => up
    world.moving = '2 of 5 replicas'
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({
      verdict: 'unknown',
      why: 'image: 2 of 5 replicas',
    })
  })

  test('how far a surface is, is judged with the receipt of its change', async () => {
    world.measure = () => up
    const carrier = carrierFor(planWith({ must: [HEALTHY] }))
    const effect = {
      attempts: 1,
      failures: 0,
      inFlight: false,
      applied: 'yes' as const,
      receipt: { n: 7 },
      looks: 1,
    }
    carrier.state = () => ({
      ...emptyState(),
      steps: { image: { status: 'done', startedAt: 0, use: 'first', effects: { image: effect } } },
    })
    await prove(carrier)
    expect(world.receipts).toContainEqual({ n: 7 })
  })

  test('a surface at the target does not outweigh a failing service', async () => {
    world.measure = () => down
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({
      verdict: 'fails',
      why: expect.stringContaining('503') as string,
    })
  })

  test.each([
    ['cannot be reached', gone],
    ['has no data', { kind: 'no-data', why: 'empty' } satisfies Measurement],
  ])('a signal that %s proves nothing', async (_, measurement) => {
    world.measure = () => measurement
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'unknown' })
  })

  test('a surface that cannot be read proves nothing', async () => {
    world.measure = () => up
    world.seen['image'] = { status: 'denied', why: '403' }
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'unknown' })
  })

  test('a source that breaks proves nothing', async () => {
    world.measure = () => {
      throw new TypeError('boom')
    }
    expect(await verdict({ must: [HEALTHY] })).toMatchObject({ verdict: 'unknown' })
  })

  test('without any condition the surfaces prove it alone', async () => {
    expect(await verdict(undefined)).toMatchObject({ verdict: 'holds' })
  })

  test('without conditions and without surfaces nothing is proven', async () => {
    const proof = await prove(carrierFor(planOf([])))
    expect(proof).toMatchObject({ verdict: 'unknown' })
  })
})

describe('time', () => {
  test('what takes a while to become well is waited for', async () => {
    world.measure = answering(down, down, up)
    expect(await verdict({ must: [{ ...HEALTHY, in_a_row: 3 }] })).toMatchObject({ verdict: 'holds' })
  })

  test('but not longer than the runbook says', async () => {
    world.measure = () => down
    await verdict({ within: 10_000, must: [HEALTHY] })
    expect(clock).toBeGreaterThanOrEqual(10_000)
    expect(clock).toBeLessThan(11_000)
  })

  test('a row that is not complete in time is unknown, not proven', async () => {
    world.measure = () => up
    expect(await verdict({ within: 2000, must: [{ ...HEALTHY, in_a_row: 9 }] })).toMatchObject({
      verdict: 'unknown',
    })
  })

  test('a blip after a condition has held in its own time does not lose the proof', async () => {
    world.measure = (name) => {
      if (name === 'live') return clock < 6000 ? down : up
      return clock >= 5000 && clock < 6000 ? down : up
    }
    const must = [
      { ...HEALTHY, within: 3000 },
      { signal: 'live', passing: true },
    ]
    expect(await verdict({ within: 10_000, must })).toMatchObject({ verdict: 'holds' })
  })

  test('but what fails when the time is over fails, though it has held', async () => {
    world.measure = (name) => (name === 'live' || clock >= 5000 ? down : up)
    const must = [
      { ...HEALTHY, within: 3000 },
      { signal: 'live', passing: true },
    ]
    expect(await verdict({ within: 10_000, must })).toMatchObject({ verdict: 'fails' })
  })

  test('a condition with less time than the others is lost when that is over', async () => {
    world.measure = (name) => (name === 'health' && clock < 5000 ? down : up)
    const must = [
      { ...HEALTHY, within: 3000 },
      { signal: 'live', passing: true },
    ]
    expect(await verdict({ within: 10_000, must })).toMatchObject({ verdict: 'fails' })
    expect(clock).toBeLessThan(4500)
  })

  test('a condition with more time than the others gets it', async () => {
    world.measure = (name) => (name === 'health' && clock < 14_000 ? down : up)
    const must = [
      { ...HEALTHY, within: 20_000 },
      { signal: 'live', passing: true },
    ]
    expect(await verdict({ within: 10_000, must })).toMatchObject({ verdict: 'holds' })
    expect(clock).toBeGreaterThan(13_000)
  })

  test('a blip of the others meanwhile is no loss either', async () => {
    world.measure = (name) => {
      if (name === 'health') return clock < 14_000 ? down : up
      return clock >= 11_000 && clock < 12_000 ? down : up
    }
    const must = [
      { ...HEALTHY, within: 20_000 },
      { signal: 'live', passing: true },
    ]
    expect(await verdict({ within: 10_000, must })).toMatchObject({ verdict: 'holds' })
  })

  test('a sample that fails for good ends it at once', async () => {
    world.measure = () => down
    expect(await verdict({ within: 600_000, must: [{ ...HEALTHY, samples: 5 }] })).toMatchObject({
      verdict: 'fails',
    })
    expect(clock).toBeLessThan(5000)
  })

  test('a sample that never comes does not hold it up for longer', async () => {
    world.measure = () => new Promise(() => {})
    expect(await verdict({ within: 5000, must: [HEALTHY] })).toMatchObject({ verdict: 'unknown' })
  })

  test('every signal is sampled at its own pace', async () => {
    const asked: string[] = []
    world.measure = (name) => {
      asked.push(name)
      return down
    }
    const slow: Condition = { signal: 'live', passing: true, every: 5000 }
    await verdict({ within: 10_000, must: [HEALTHY, slow] })
    expect(asked.filter((name) => name === 'health').length).toBeGreaterThan(8)
    expect(asked.filter((name) => name === 'live').length).toBeLessThanOrEqual(3)
  })

  test('surfaces that are not there yet are not asked more than once a second', async () => {
    world.measure = () => up
    let reads = 0
    world.seen = new Proxy(world.seen, {
      get: () => {
        reads += 1
        return { status: 'unknown', why: 'slow down' }
      },
    })
    await verdict({ within: 10_000, must: [HEALTHY] })
    expect(reads).toBeGreaterThan(5)
    expect(reads).toBeLessThan(15)
  })
})

describe('what should hold', () => {
  test('is waited for, and tells of a degraded result when it does not', async () => {
    world.measure = (name) => (name === 'latency' ? down : up)
    const proof = await verdict({ must: [HEALTHY], should: [{ signal: 'latency', passing: true }] })
    expect(proof).toMatchObject({ verdict: 'holds', degraded: ['latency passing: 503'] })
  })

  test('does not hold up longer than its own time', async () => {
    world.measure = (name) => (name === 'latency' ? down : up)
    await verdict({
      within: 600_000,
      must: [HEALTHY],
      should: [{ signal: 'latency', passing: true, within: 3000 }],
    })
    expect(clock).toBeLessThan(5000)
  })

  test('cannot save what must', async () => {
    world.measure = (name) => (name === 'latency' ? up : down)
    expect(await verdict({ must: [HEALTHY], should: [{ signal: 'latency', passing: true }] })).toMatchObject({
      verdict: 'fails',
    })
  })
})

test('every condition and every surface is told with its own verdict', async () => {
  world.measure = () => up
  const carrier = carrierFor(planWith({ must: [HEALTHY] }))
  await prove(carrier)
  expect(carrier.events).toEqual([
    {
      type: 'condition-judged',
      condition: 'health passing',
      role: 'must',
      verdict: 'holds',
      words: 'passing',
    },
    { type: 'surface-proven', surface: 'image', verdict: 'holds', words: 'is abc1234' },
  ])
})

test('signals that mention the target are measured for it', async () => {
  const asked: string[] = []
  world.measure = (name) => {
    asked.push(name)
    return up
  }
  const signals = { health: { source: 'fake', with: { name: 'smoke-${target.sha}' } } }
  await verdict({ must: [HEALTHY] }, { signals })
  expect(asked[0]).toBe('smoke-abc1234')
})

describe('interrupted', () => {
  test('half a proof is no proof, and not written down', async () => {
    const carrier = carrierFor(planWith({ must: [HEALTHY] }))
    world.measure = () => {
      carrier.stop()
      return up
    }
    expect(await prove(carrier)).toBeUndefined()
    expect(carrier.events).toEqual([])
  })

  test('nor is it for a single step', async () => {
    const carrier = carrierFor(planWith(undefined))
    world.measure = () => {
      carrier.stop()
      return gone
    }
    expect(await proveStep(carrier, 'image', { within: 5000, must: [HEALTHY], should: [] })).toBeUndefined()
    expect(carrier.events).toEqual([])
  })
})

test.each([
  ['holds', up, 'holds'],
  ['fails', down, 'fails'],
  ['cannot be measured', gone, 'unknown'],
] as const)("a step's own condition that %s", async (_, measurement, wanted) => {
  world.measure = () => measurement
  const carrier = carrierFor(planWith(undefined))
  const event = await proveStep(carrier, 'image', { within: 5000, must: [HEALTHY], should: [] })
  expect(event).toMatchObject({ type: 'step-verified', step: 'image', verdict: wanted })
})

describe('what only a person knows', () => {
  const WORKS: Condition = { signal: 'works', equals: true }
  const question = 'Does the checkout work, by hand?'

  function planAsking(verify: Partial<Verify>): Plan {
    const plan = planWith(verify)
    const works = { source: 'ask', with: { question } }
    return { ...plan, signals: { ...plan.signals, works } }
  }

  test.each([
    ['yes', 'holds'],
    ['no', 'fails'],
    // Not known.
    ['', 'unknown'],
  ])('is asked once all else is well: %j', async (answer, wanted) => {
    world.measure = () => (clock < 3000 ? down : up)
    const carrier = carrierFor(planAsking({ must: [WORKS, HEALTHY] }))
    const proof = await prove(carrier, {
      async askFact(text) {
        expect(text).toBe(question)
        expect(clock).toBeGreaterThanOrEqual(3000)
        // Longer than all of the verification may take.
        clock += 60_000
        return answer
      },
    })
    expect(proof?.verdict).toBe(wanted)
    const answered = { type: 'signal-answered', signal: 'works', value: answer, by: session.who }
    expect(carrier.events.filter(({ type }) => type.startsWith('signal-'))).toEqual([
      { type: 'signal-asked', signal: 'works', text: question },
      ...(answer === '' ? [] : [answered]),
    ])
  })

  test('nobody is asked about what is not well', async () => {
    world.measure = () => down
    const carrier = carrierFor(planAsking({ must: [WORKS, HEALTHY] }))
    const ask = () => Promise.reject(new Error('nobody is to be asked'))
    expect(await prove(carrier, { askFact: ask })).toMatchObject({ verdict: 'fails' })
    world.measure = () => up
    world.surfaces['image'] = BAD
    expect(await prove(carrier, { askFact: ask })).toMatchObject({ verdict: 'fails' })
    expect(
      await proveStep(
        carrier,
        'image',
        { within: 1, must: [WORKS], should: [] },
        { askFact: async () => 'no' },
      ),
    ).toMatchObject({
      verdict: 'fails',
    })
  })

  test('what has broken while a person looked counts', async () => {
    world.measure = () => up
    const proof = await prove(carrierFor(planAsking({ must: [WORKS, HEALTHY] })), {
      async askFact() {
        world.measure = () => down
        return 'yes'
      },
    })
    expect(proof).toMatchObject({ verdict: 'fails', why: expect.stringContaining('503') as string })
  })

  test('also where exactly so many samples are wanted', async () => {
    world.measure = () => up
    const must = [{ ...HEALTHY, samples: 2 }, WORKS]
    const proof = await prove(carrierFor(planAsking({ must })), {
      async askFact() {
        world.measure = () => down
        return 'yes'
      },
    })
    expect(proof).toMatchObject({ verdict: 'fails' })
    world.measure = () => up
    const well = await prove(carrierFor(planAsking({ must })), { askFact: async () => 'yes' })
    expect(well).toMatchObject({ verdict: 'holds' })
  })

  test('what is on record is neither asked nor recorded again', async () => {
    world.measure = () => up
    const carrier = carrierFor(planAsking({ must: [WORKS] }))
    const said = { works: { text: 'yes', at: clock, isOnRecord: true as const } }
    expect(await prove(carrier, { said })).toMatchObject({ verdict: 'holds' })
    expect(carrier.events.filter(({ type }) => type.startsWith('signal-'))).toEqual([])
  })

  test('where nobody can be asked it is not known', async () => {
    world.measure = () => up
    expect(await prove(carrierFor(planAsking({ must: [HEALTHY, WORKS] })))).toMatchObject({
      verdict: 'unknown',
      why: `works equals true: no data: nobody has answered: ${question} (--answer works=… of the same run again)`,
    })
    expect(await prove(carrierFor(planAsking({ must: [HEALTHY], should: [WORKS] })))).toMatchObject({
      verdict: 'holds',
      degraded: [expect.stringContaining(`nobody has answered: ${question}`)],
    })
    const early = await prove(carrierFor(planAsking({ must: [WORKS] })), { beforehand: { works: 'yes' } })
    expect(early).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('what was said before the change does not count') as string,
    })
  })

  test('what was answered after the last change is judged, and on record', async () => {
    world.measure = () => up
    const carrier = carrierFor(planAsking({ must: [HEALTHY, WORKS] }))
    expect(await prove(carrier, { said: { works: { text: 'yes', at: clock } } })).toMatchObject({
      verdict: 'holds',
    })
    expect(carrier.events).toContainEqual({
      type: 'signal-answered',
      signal: 'works',
      value: 'yes',
      by: session.who,
    })
    expect(
      await prove(carrierFor(planAsking({ must: [WORKS] })), { said: { works: { text: 'no', at: clock } } }),
    ).toMatchObject({
      verdict: 'fails',
    })
  })

  test('Ctrl-C at the question is no answer, and no proof', async () => {
    world.measure = () => up
    const carrier = carrierFor(planAsking({ must: [WORKS] }))
    const proof = await prove(carrier, {
      async askFact() {
        carrier.stop()
        return undefined
      },
    })
    expect(proof).toBeUndefined()
    expect(carrier.events.map(({ type }) => type)).toEqual(['signal-asked'])
  })
})

describe('what is usual, by a source that keeps a history', () => {
  const DAY = 86_400_000
  const PLANNED = Date.parse('2026-11-22T03:15:00.000Z')
  const AS_USUAL: Condition = { signal: 'p95', at_most: { times: 1.1, of: 'baseline' } }
  const number = (value: number): Measurement => ({ kind: 'samples', samples: [{ at: clock, value }] })
  let then: number[]

  beforeEach(() => {
    then = []
    // Two hours after it was planned: a question for a person has stood open for long.
    clock = PLANNED + 7_200_000
  })

  function plan(source: string): Partial<Plan> {
    const baseline = { offset: DAY, floor: 1 }
    return { signals: { p95: { source, with: { name: 'p95' }, every: 1000, baseline } } }
  }

  /** What it is now, one after another, and what it was: each is asked for. */
  function measuring(now: () => Measurement, before: () => Measurement): void {
    world.measure = (_name, period) => {
      if (period?.offset === undefined) return now()
      then.push(session.read.now() - period.offset)
      return before()
    }
  }

  test('is measured so long before the run was planned, once, however long it is waited for', async () => {
    measuring(answering(number(300), number(200), number(110)), () => number(100))
    expect(await verdict({ must: [AS_USUAL] }, plan('past'))).toMatchObject({
      verdict: 'holds',
      why: expect.stringContaining('is 110, at most 1.1 × baseline (110)'),
    })
    expect(then).toEqual([PLANNED - DAY])
  })

  test('just above it is not as usual', async () => {
    measuring(
      () => number(110.1),
      () => number(100),
    )
    expect(await verdict({ must: [AS_USUAL] }, plan('past'))).toMatchObject({ verdict: 'fails' })
  })

  test('is asked for again until it is known, and of the same moment', async () => {
    measuring(() => number(110), answering(gone, number(100)))
    expect(await verdict({ must: [AS_USUAL] }, plan('past'))).toMatchObject({ verdict: 'holds' })
    expect(then).toEqual([PLANNED - DAY, PLANNED - DAY])
  })

  test.each<[string, string, Measurement, string]>([
    ['the system did not answer', 'past', gone, 'connection refused'],
    ['there was nothing', 'past', { kind: 'no-data', why: 'nothing' }, 'there was no data: nothing'],
    ['its source keeps none', 'fake', number(100), 'its source keeps no history'],
  ])('is not known where %s, and what is not known proves nothing', async (_what, source, before, why) => {
    measuring(
      () => number(2),
      () => before,
    )
    expect(await verdict({ must: [AS_USUAL] }, plan(source))).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining(`its baseline is not known: ${why}`),
    })
  })

  test('may be of the time before the version was deployed that was live then', async () => {
    const before: number[] = []
    world.measure = (_name, period) => {
      if (period?.history === undefined) return number(110)
      before.push(session.read.now() - (period.offset ?? 0) - period.history)
      return number(100)
    }
    const baseline = { before_deployment: 1_800_000, floor: 1 }
    const p95 = { source: 'past', with: { name: 'p95' }, every: 1000, baseline }
    const deployed = '2026-11-22T02:38:00.000Z'
    expect(await verdict({ must: [AS_USUAL] }, { signals: { p95 }, deployed })).toMatchObject({
      verdict: 'holds',
    })
    expect(before).toEqual([Date.parse('2026-11-22T02:08:00Z')])
    expect(await verdict({ must: [AS_USUAL] }, { signals: { p95 } })).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('could not be found out when this was planned'),
    })
  })

  test('is not asked for by who does not need it', async () => {
    measuring(
      () => number(1),
      () => number(100),
    )
    await verdict({ must: [{ signal: 'p95', below: 5 }] }, plan('past'))
    expect(then).toEqual([])
  })
})
