import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { HttpRequest } from '../../../src/core/doors.ts'
import type { Measurement, Period, Sample } from '../../../src/core/source.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { sentry } from '../../../src/platforms/sentry/source.ts'
import { BROKEN_ANSWERS } from '../../helpers/broken-answers.ts'
import { type FakeSentry, startSentry } from '../../helpers/sentry.ts'

const doors = openDoors()
const NOW = Date.parse('2026-11-22T12:07:13.400Z')
const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`)
const read = { ...doors.read, now: () => NOW }

let fake: FakeSentry
beforeAll(async () => {
  fake = await startSentry()
})
beforeEach(() => {
  fake.errors = () => 1
  fake.issues = []
  fake.accepts = () => true
  fake.broken = undefined
  fake.asked.length = 0
})
afterAll(async () => {
  await doors.close()
  await fake.stop()
})

const EVENTS = { events: 'level:error', within: '5m' }
const ISSUES = { issues: 'is:unresolved firstRelease:latest', within: '1h' }

function ask(options: Record<string, unknown>, period?: Period): Promise<Measurement> {
  const parsed = sentry.options.parse({ url: fake.url, organization: 'acme', token: fake.token, ...options })
  return sentry.measure(parsed, read, period)
}

async function samples(options: Record<string, unknown>, period?: Period): Promise<Sample[]> {
  const measured = await ask(options, period)
  if (measured.kind !== 'samples') throw new Error(JSON.stringify(measured))
  return measured.samples
}

describe('errors', () => {
  test('are counted within the time before now', async () => {
    fake.errors = (second, query) => (query === 'level:error' && second >= at('12:06:13') / 1000 ? 2 : 0)
    expect(await samples(EVENTS)).toEqual([{ at: at('12:07:13'), value: 120 }])
  })

  test('none is a measurement: 0', async () => {
    fake.errors = () => 0
    expect(await samples(EVENTS)).toEqual([{ at: at('12:07:13'), value: 0 }])
  })

  test('as it was so long ago: a baseline', async () => {
    fake.errors = (second) => (second < at('11:30:00') / 1000 ? 3 : 1)
    expect(await samples(EVENTS, { offset: 3_600_000 })).toEqual([{ at: at('11:07:13'), value: 900 }])
  })

  test('of some projects and environments', async () => {
    await ask({ ...EVENTS, project: ['api', 42], environment: 'production' })
    const { searchParams } = fake.asked[0] ?? new URL('http://none')
    expect(searchParams.getAll('project')).toEqual(['api', '42'])
    expect(searchParams.getAll('environment')).toEqual(['production'])
  })
})

describe('how it was before', () => {
  const period = { history: 10 * 60_000, every: 5000 }

  test('is the count of the same time at many moments, and the last is not half a bucket', async () => {
    fake.errors = (second) => (second >= at('12:00:00') / 1000 ? 1 : 0)
    const all = await samples(EVENTS, period)
    const values = new Map(all.map((one) => [one.at, one.value]))
    expect(values.get(at('12:00:00'))).toBe(0)
    expect(values.get(at('12:01:00'))).toBe(60)
    expect(values.get(at('12:05:00'))).toBe(300)
    expect(all.at(-1)).toMatchObject({ value: 300 })
  })

  test.each(['10s', '5m', '7m', '1h', '1d'])(
    'without gaps, and as far back as is asked for: within %s',
    async (within) => {
      const all = await samples({ ...EVENTS, within }, period)
      const times = all.map((one) => one.at)
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
      expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000)
      expect(times[0]).toBeLessThanOrEqual(NOW - period.history)
      expect(times.at(-1)).toBeGreaterThan(NOW - 15_000)
      expect(new Set(all.map((one) => one.value)).size).toBe(1)
    },
  )

  test('in buckets of its own choice, where they make up the time; else it is unknown', async () => {
    fake.accepts = () => false
    expect((await samples(EVENTS, period)).at(-1)).toMatchObject({ value: 300 })
    expect(await ask({ ...EVENTS, within: '90s' }, period)).toEqual({
      kind: 'unreachable',
      why: 'it counts in steps of 1m 00s, which do not make up 1m 30s',
    })
  })
})

describe('issues', () => {
  test('are counted over all pages', async () => {
    fake.issues = Array.from({ length: 250 }, (_, index) => String(index))
    expect(await samples({ ...ISSUES, project: 'api' })).toEqual([{ at: at('12:07:13'), value: 250 }])
    expect(fake.asked).toHaveLength(3)
    expect(fake.asked[0]?.searchParams.get('query')).toBe(ISSUES.issues)
  })

  test('none is a measurement: 0', async () => {
    expect(await samples(ISSUES)).toEqual([{ at: at('12:07:13'), value: 0 }])
  })

  test('are counted once, however often the pages show them, and not without end', async () => {
    fake.broken = (response) =>
      void response
        .setHeader('link', '<http://other.example/?cursor=1>; rel="next"; results="true"; cursor="0:100:0"')
        .end('[{"id":"1"},{"id":"2"}]')
    expect(await samples(ISSUES)).toEqual([{ at: at('12:07:13'), value: 2 }])
    expect(fake.asked).toHaveLength(10)
  })
})

describe('unknown, with the reason', () => {
  test.each([
    ['a token of another', { token: 'sntrys_other' }, 'HTTP 401: it refuses the token: Invalid token'],
    ['a project that it may not see', { project: 'web' }, 'HTTP 403: the token may not read this'],
    ['another organization', { organization: 'acne' }, 'HTTP 404: no such organization'],
    ['a search that is none', { events: 'a OR (' }, 'HTTP 400: Error parsing search query'],
  ])('%s', async (_what, options, why) => {
    expect(await ask({ ...EVENTS, ...options })).toEqual({
      kind: 'unreachable',
      why: expect.stringContaining(why),
    })
  })

  test('asked too often, with when to ask again', async () => {
    const reset = String(NOW / 1000 + 3.2)
    fake.broken = (response) =>
      void response
        .writeHead(429, { 'X-Sentry-Rate-Limit-Reset': reset })
        .end('{"detail":"Limit is 30 requests"}')
    expect(await ask(EVENTS)).toEqual({
      kind: 'unreachable',
      why: 'HTTP 429: asked too often; again in 4 s: Limit is 30 requests',
    })
  })

  test.each(BROKEN_ANSWERS)('%s', async (what, answer, words, timeout = '30s') => {
    fake.broken = answer
    const all = await Promise.all([
      ask({ ...EVENTS, timeout }),
      ask({ ...EVENTS, timeout }, { history: 600_000, every: 5000 }),
      // An empty list is a good answer there.
      what === 'JSON of another kind' ? ask({ ...EVENTS, timeout }) : ask({ ...ISSUES, timeout }),
    ])
    for (const one of all) {
      expect(one).toEqual({ kind: 'unreachable', why: expect.stringContaining(words) })
      expect(JSON.stringify(one)).not.toMatch(/\\u001b|sntrys/)
    }
  })

  test.each([
    { data: [{ count: 1 }] },
    { data: [{ 'count()': '1' }] },
    { data: 'none' },
    { timeSeries: [{ values: [{ timestamp: 1, value: null }], meta: { interval: 1 } }] },
  ])('an answer of another kind: %j', async (body) => {
    fake.broken = (response) => void response.end(JSON.stringify(body))
    const both = await Promise.all([ask(EVENTS), ask(EVENTS, { history: 60_000 })])
    for (const one of both)
      expect(one).toEqual({ kind: 'unreachable', why: expect.stringContaining('none of Sentry') })
  })

  test.each([
    ['now', '{"data":[],"meta":{}}', undefined],
    ['before', '{"timeSeries":[]}', { history: 60_000 }],
  ])('no project is no data: %s', async (_what, body, period) => {
    fake.broken = (response) => void response.end(body)
    expect(await ask(EVENTS, period)).toMatchObject({
      kind: 'no-data',
      why: expect.stringContaining('no project'),
    })
  })
})

test('is asked at sentry.io, or where it is', async () => {
  const asked: HttpRequest[] = []
  const answering = {
    ...read,
    http: async (request: HttpRequest) => {
      asked.push(request)
      return { status: 200, headers: {}, body: Buffer.from('[]'), took: 1 }
    },
  }
  for (const url of [undefined, 'https://sentry.example.com/'])
    await sentry.measure(
      sentry.options.parse({ organization: 'acme', token: 't', url, ...ISSUES }),
      answering,
    )
  const path = '/api/0/organizations/acme/issues/'
  expect(asked.map((request) => request.url.split('?')[0])).toEqual([
    `https://sentry.io${path}`,
    `https://sentry.example.com${path}`,
  ])
  expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer t' })
})

test.each([
  [{}, 'needs one of'],
  [{ events: '', issues: '' }, 'needs one of'],
  [{ events: '', organization: 'https://acme.sentry.io' }, 'is no slug'],
  [{ events: '', within: '500ms' }, 'whole seconds'],
])('options %j are refused', (options, words) => {
  const { error } = sentry.options.safeParse({ organization: 'acme', token: 't', within: '5m', ...options })
  expect(JSON.stringify(error?.issues)).toContain(words)
})
