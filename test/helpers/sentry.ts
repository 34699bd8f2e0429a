import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Stoppable, stoppable } from './stoppable.ts'

// A stand-in for Sentry, written from the published description of its API (explore: events, events-timeseries; issues)
// and of its pages: counts lie in buckets on a grid, without a count there is 0, and every page has a next one, of which
// the header says whether anything is on it.

export interface FakeSentry extends Stoppable {
  url: string
  token: string
  /** How many errors there were in this second, of what the search asks for. */
  errors: (seconds: number, query: string) => number
  /** Ids. */
  issues: string[]
  /** The widths of buckets, in seconds, that it accepts; else it takes 60. */
  accepts: (interval: number) => boolean
  /** Instead of an answer. */
  broken: ((response: ServerResponse) => void) | undefined
  asked: URL[]
}

const ORGANIZATION = 'acme'
const PROJECTS = new Set(['api', '42', '-1'])

interface Refusal {
  status: number
  detail: string
}

type Endpoint = (fake: FakeSentry, query: URLSearchParams, response: ServerResponse) => object | Refusal

export async function startSentry(): Promise<FakeSentry> {
  const parts: Omit<FakeSentry, keyof Stoppable> = {
    url: '',
    token: 'sntrys_9f8e7d6c5b4a',
    errors: () => 0,
    issues: [],
    accepts: () => true,
    broken: undefined,
    asked: [],
  }
  const server = createServer((request, response) => answer(fake, request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  parts.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake = stoppable(parts, async () => {
    server.close()
    server.closeAllConnections()
  })
  return fake
}

function answer(fake: FakeSentry, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', fake.url)
  fake.asked.push(url)
  if (fake.broken !== undefined) return fake.broken(response)
  const found = answerTo(fake, request, url, response)
  const status = 'status' in found ? found.status : 200
  const body = 'status' in found ? { detail: found.detail } : found
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function answerTo(
  fake: FakeSentry,
  { method, headers }: IncomingMessage,
  { pathname, searchParams }: URL,
  response: ServerResponse,
): object | Refusal {
  if (headers.authorization !== `Bearer ${fake.token}`) return { status: 401, detail: 'Invalid token' }
  const [, organization, name = ''] = /^\/api\/0\/organizations\/([\w-]+)\/([\w-]+)\/$/.exec(pathname) ?? []
  const endpoint = ENDPOINTS[name]
  if (organization !== ORGANIZATION || endpoint === undefined || method !== 'GET')
    return { status: 404, detail: 'The requested resource does not exist' }
  const strange = searchParams.getAll('project').find((project) => !PROJECTS.has(project))
  if (strange !== undefined)
    return { status: 403, detail: 'You do not have permission to perform this action.' }
  const range = rangeOf(searchParams)
  if (range === undefined) return { status: 400, detail: 'start and end must be dates, in this order' }
  if (/[()]$/.test(searchParams.get('query') ?? ''))
    return { status: 400, detail: 'Error parsing search query: invalid use of parentheses' }
  return endpoint(fake, searchParams, response)
}

function rangeOf(query: URLSearchParams): { start: number; end: number } | undefined {
  const [start = NaN, end = NaN] = ['start', 'end'].map((name) => {
    const text = query.get(name) ?? ''
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(text) ? Date.parse(text) / 1000 : NaN
  })
  return start < end ? { start, end } : undefined
}

const ENDPOINTS: Record<string, Endpoint> = { events, 'events-timeseries': timeseries, issues }

function events(fake: FakeSentry, query: URLSearchParams): object {
  if (query.get('dataset') !== 'errors') return { status: 400, detail: 'dataset must be one of: errors' }
  if (query.getAll('field').join() !== 'count()') return { status: 400, detail: 'No columns selected' }
  const { start, end } = rangeOf(query) ?? { start: 0, end: 0 }
  const count = counted(fake, query, start, end)
  return {
    data: [{ 'count()': count }],
    meta: { fields: { 'count()': 'integer' }, units: { 'count()': null } },
  }
}

function timeseries(fake: FakeSentry, query: URLSearchParams): object {
  if (query.get('dataset') !== 'errors') return { status: 400, detail: 'dataset must be one of: errors' }
  const { start, end } = rangeOf(query) ?? { start: 0, end: 0 }
  const wanted = Number(query.get('interval'))
  const interval = Number.isInteger(wanted) && wanted > 0 && fake.accepts(wanted) ? wanted : 60
  if ((end - start) / interval > 10_000)
    return { status: 400, detail: 'Your interval and date range would create too many results.' }
  const first = Math.floor(start / interval) * interval
  const values = Array.from({ length: Math.ceil((end - first) / interval) }, (_, index) => {
    const from = first + index * interval
    const count = counted(fake, query, Math.max(start, from), Math.min(end, from + interval))
    return {
      timestamp: from * 1000,
      value: count,
      incomplete: (from + interval) * 1000 >= Date.now() - 90_000,
    }
  })
  const meta = { valueType: 'integer', valueUnit: null, interval: interval * 1000 }
  return {
    meta: { dataset: 'errors', start: start * 1000, end: end * 1000 },
    timeSeries: [{ values, yAxis: query.get('yAxis') ?? 'count()', meta }],
  }
}

function counted({ errors }: FakeSentry, query: URLSearchParams, start: number, end: number): number {
  const search = query.get('query') ?? ''
  let sum = 0
  for (let second = start; second < end; second++) sum += errors(second, search)
  return sum
}

function issues({ url, issues: all }: FakeSentry, query: URLSearchParams, response: ServerResponse): object {
  const limit = Math.min(Number(query.get('limit') ?? 100), 100)
  const at = Number((query.get('cursor') ?? '0:0:0').split(':')[1])
  const link = (rel: string, offset: number, previous: number, results: boolean): string => {
    const cursor = `0:${offset}:${previous}`
    return `<${url}/api/0/organizations/${ORGANIZATION}/issues/?&cursor=${cursor}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`
  }
  const links = [
    link('previous', Math.max(0, at - limit), 1, at > 0),
    link('next', at + limit, 0, at + limit < all.length),
  ]
  response.setHeader('link', links.join(', '))
  return all.slice(at, at + limit).map((id) => ({ id, shortId: `API-${id}`, title: 'TypeError', count: '3' }))
}
