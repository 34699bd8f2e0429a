import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { HttpRequest } from '../../../src/core/doors.ts'
import type { Measurement, Period, Sample } from '../../../src/core/source.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { datadog } from '../../../src/platforms/datadog/source.ts'
import { BROKEN_ANSWERS } from '../../helpers/broken-answers.ts'
import { type FakeDatadog, startDatadog } from '../../helpers/datadog.ts'

const doors = openDoors()
/** 12:07:13, so that no point ends with it. */
const NOW = Date.parse('2026-11-22T12:07:13Z')
const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`)
const seconds = (time: string): number => at(time) / 1000
const read = { ...doors.read, now: () => NOW }

let fake: FakeDatadog
beforeAll(async () => {
  fake = await startDatadog()
})
beforeEach(() => {
  fake.metrics = [{ scope: '*', perSecond: () => 1 }]
  fake.broken = undefined
})
afterAll(async () => {
  await doors.close()
  await fake.stop()
})

const QUERY = 'sum:trace.http.request.errors{service:api}.as_count()'

function ask(options: Record<string, unknown>, period?: Period): Promise<Measurement> {
  const what = options['monitor'] === undefined ? { query: QUERY } : {}
  const keys = { api_key: fake.keys.api, app_key: fake.keys.app }
  const parsed = datadog.options.parse({ url: fake.url, ...keys, ...what, ...options })
  return datadog.measure(parsed, read, period)
}

async function samples(options: Record<string, unknown>, period?: Period): Promise<Sample[]> {
  const measured = await ask(options, period)
  if (measured.kind !== 'samples') throw new Error(JSON.stringify(measured))
  return measured.samples
}

describe('one number now', () => {
  test('is the last whole point: the one that is still being filled is less than it will be', async () => {
    expect(await samples({})).toEqual([{ at: at('12:07:00'), value: 20 }])
    expect(await samples({ query: `${QUERY}.rollup(sum, 300)` })).toEqual([
      { at: at('12:05:00'), value: 300 },
    ])
  })

  test('over the window of the signal, which Datadog wants as a plain number', async () => {
    const [sample] = await samples({ query: `${QUERY}.rollup(sum, 900s)` })
    expect(sample).toEqual({ at: at('12:00:00'), value: 900 })
  })

  test('as it was so long ago: a baseline', async () => {
    fake.metrics = [{ scope: '*', perSecond: (when) => (when < seconds('12:00:00') ? 3 : 1) }]
    expect(await samples({}, { offset: 3_600_000 })).toEqual([{ at: at('11:07:00'), value: 60 }])
  })

  test('goes back over points that have no value yet', async () => {
    fake.metrics = [{ scope: '*', perSecond: (when) => (when < seconds('12:06:20') ? 1 : undefined) }]
    expect(await samples({})).toEqual([{ at: at('12:06:20'), value: 20 }])
  })
})

test('is asked at the site that is named, with both keys', async () => {
  const asked: HttpRequest[] = []
  const answering = {
    ...read,
    http: async (request: HttpRequest) => {
      asked.push(request)
      return { status: 200, headers: {}, body: Buffer.from('{"status":"ok","series":[]}'), took: 1 }
    },
  }
  const keys = { query: QUERY, api_key: 'a-key', app_key: 'b-key' }
  for (const site of [undefined, 'us3.datadoghq.com'])
    await datadog.measure(datadog.options.parse({ ...keys, site }), answering)
  expect(asked.map(({ url }) => new URL(url).host)).toEqual(['api.datadoghq.com', 'api.us3.datadoghq.com'])
  expect(asked[0]?.headers).toMatchObject({ 'DD-API-KEY': 'a-key', 'DD-APPLICATION-KEY': 'b-key' })
})

describe('how it was before', () => {
  const period = { history: 6 * 60_000, every: 5000 }

  test('wide points leave no gaps for who wants one more often, and a point that is missing leaves one', async () => {
    const hole = { from: seconds('12:03:00'), to: seconds('12:04:00') }
    fake.metrics = [
      { scope: '*', perSecond: (when) => (when >= hole.from && when < hole.to ? undefined : 1) },
    ]
    const times = (await samples({}, period)).map((sample) => sample.at)
    expect(times.at(-1)).toBe(at('12:07:10'))
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(gaps.filter((gap) => gap > 5000)).toEqual([65_000])
    expect(times[0]).toBeLessThanOrEqual(NOW - period.history)
  })

  test('asked again, it says the same of the same moments', async () => {
    const first = await samples({}, period)
    const later = { ...read, now: () => NOW + 3000 }
    const options = datadog.options.parse({
      url: fake.url,
      query: QUERY,
      api_key: fake.keys.api,
      app_key: fake.keys.app,
    })
    const second = await datadog.measure(options, later, period)
    const known = new Map(second.kind === 'samples' ? second.samples.map((one) => [one.at, one.value]) : [])
    const recent = first.filter((one) => one.at > NOW - period.history)
    expect(recent.length).toBeGreaterThan(50)
    for (const one of recent) expect(known.get(one.at)).toBe(one.value)
  })
})

describe('several series', () => {
  beforeEach(() => {
    fake.metrics = [
      { scope: 'host:a', perSecond: () => 1 },
      { scope: 'host:b', perSecond: () => 2 },
    ]
  })

  test('are refused until it is said what is meant', async () => {
    expect(await ask({ query: `${QUERY} by {host}` })).toEqual({
      kind: 'unreachable',
      why: 'the query gives 2 series, such as {host="a"} and {host="b"}: leave out its by {…}, or say series: max, or series: any',
    })
  })

  test.each([
    ['max', 40],
    ['min', 20],
    ['sum', 60],
    ['avg', 30],
  ])('%s', async (series, value) => {
    expect(await samples({ series })).toEqual([{ at: at('12:07:00'), value }])
  })

  test('kept apart, now and before; one that reports no longer has no data', async () => {
    fake.metrics.push({ scope: 'host:c', perSecond: (when) => (when < seconds('12:01:00') ? 9 : undefined) })
    const point = { at: at('12:07:00') }
    expect(await ask({ series: 'any' })).toEqual({
      kind: 'series',
      judged: 'any',
      series: [
        { labels: { host: 'a' }, samples: [{ ...point, value: 20 }] },
        { labels: { host: 'b' }, samples: [{ ...point, value: 40 }] },
      ],
    })
    const before = await ask({ series: 'all' }, { history: 600_000, every: 5000 })
    expect(before).toMatchObject({
      kind: 'series',
      judged: 'all',
      from: NOW - 600_000,
      series: [{ labels: { host: 'a' } }, {}, { labels: { host: 'c' }, samples: [] }],
    })
  })

  test('that nothing tells apart are refused', async () => {
    fake.metrics = ['a', 'a'].map((host) => ({ scope: `host:${host}`, perSecond: () => 1 }))
    expect(await ask({ series: 'any' })).toMatchObject({
      kind: 'unreachable',
      why: expect.stringContaining('two series that both have {host="a"}'),
    })
  })

  test.each([
    [200, { kind: 'series' }],
    [
      201,
      {
        kind: 'unreachable',
        why: expect.stringContaining('201 series, and no more than 200 are judged one by one'),
      },
    ],
  ])('%d of them', async (count, found) => {
    fake.metrics = Array.from({ length: count }, (_, host) => ({
      scope: `host:${host}`,
      perSecond: () => 1,
    }))
    expect(await ask({ series: 'any' })).toMatchObject(found)
  })
})

describe('no data', () => {
  test('a metric that nobody reports', async () => {
    fake.metrics = [{ scope: '*', perSecond: () => undefined }]
    expect(await ask({})).toEqual({ kind: 'no-data', why: 'the query gives nothing' })
  })

  test('a metric that is gone, also where its past is asked for', async () => {
    fake.metrics = [{ scope: '*', perSecond: (when) => (when < seconds('12:02:00') ? 9 : undefined) }]
    expect(await ask({})).toMatchObject({ kind: 'no-data' })
    expect(await ask({}, { history: 3_600_000, every: 5000 })).toEqual({
      kind: 'no-data',
      why: 'the last point is 5m 13s old',
      // Since then there was nothing.
      from: seconds('12:02:00') * 1000,
    })
  })
})

describe('what a team has judged already: a monitor', () => {
  const state = (overall_state: string): void =>
    void fake.monitors.set('4711', { id: 4711, name: 'High\u001b[2J errors', overall_state, options: {} })

  test.each([
    ['OK', { value: 'OK' }],
    ['Warn', { value: 'Warn' }],
    ['Alert', { value: 'Alert', failing: 'the monitor "High errors" is in alert' }],
  ])('%s', async (overall, sample) => {
    state(overall)
    expect(await samples({ monitor: 4711 })).toEqual([{ at: NOW, ...sample }])
  })

  test.each(['No Data', 'Unknown', 'Ignored', 'Skipped'])('%s is no data', async (overall) => {
    state(overall)
    expect(await ask({ monitor: '4711' })).toEqual({
      kind: 'no-data',
      why: `the monitor "High errors" says ${overall}`,
    })
  })

  test('there is none of that number', async () => {
    expect(await ask({ monitor: 12 })).toEqual({ kind: 'unreachable', why: 'HTTP 404: Monitor not found' })
  })
})

describe('unknown, with the reason', () => {
  test.each([
    ['keys of another site', { app_key: 'dd-app-other' }, 'HTTP 403: it refuses the keys; check the site'],
    ['a query that is none', { query: 'sum:errors' }, 'HTTP 400: Error parsing query'],
    [
      'one that is refused with a good status',
      { query: 'unknown_function(a{*})' },
      'it refuses the query: Unknown',
    ],
  ])('%s', async (_what, options, why) => {
    expect(await ask(options)).toEqual({ kind: 'unreachable', why: expect.stringContaining(why) })
  })

  test('asked too often, with when to ask again', async () => {
    fake.broken = (response) =>
      void response.writeHead(429, { 'X-RateLimit-Reset': '17' }).end('{"errors":["Rate limit exceeded"]}')
    expect(await ask({})).toEqual({
      kind: 'unreachable',
      why: 'HTTP 429: asked too often; again in 17 s: Rate limit exceeded',
    })
  })

  test.each(BROKEN_ANSWERS)('%s', async (_what, answer, words, timeout = '30s') => {
    fake.broken = answer
    const both = await Promise.all([ask({ timeout }), ask({ timeout, monitor: 1 })])
    for (const one of both) {
      expect(one).toEqual({ kind: 'unreachable', why: expect.stringContaining(words) })
      expect(JSON.stringify(one)).not.toMatch(/\\u001b|dd-a/)
    }
  })

  test.each([
    [{ pointlist: [['now', 1]] }],
    [{ pointlist: [[1, '1']] }],
    [{ pointlist: [[1]] }],
    [{ pointlist: 'none' }],
    [{}],
  ])('a series that is none: %j', async (series) => {
    fake.broken = (response) => void response.end(JSON.stringify({ status: 'ok', series: [series] }))
    expect(await ask({})).toEqual({ kind: 'unreachable', why: expect.stringContaining('none of Datadog') })
  })
})

test.each([
  [{}, 'needs one of'],
  [{ query: 'a{*}', monitor: 1 }, 'needs one of'],
  [{ monitor: 1, series: 'max' }, 'which a monitor has not'],
  [{ query: 'a{*}', site: 'app.datadoghq.eu' }, 'write datadoghq.eu'],
  [{ query: 'a{*}', site: 'https://datadoghq.eu' }, 'write datadoghq.eu'],
  [{ query: 'a{*}', site: 'datadoghq.eu', url: 'https://dd.example' }, 'both a site and a url'],
])('options %j are refused', (options, words) => {
  const { error } = datadog.options.safeParse({ api_key: 'a', app_key: 'b', ...options })
  expect(JSON.stringify(error?.issues)).toContain(words)
})
