import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Stoppable, stoppable } from './stoppable.ts'

// A stand-in for Datadog, written from the published description of its API (api/v1: metrics and monitors) and from
// answers that people have shown in public: a point has the moment of its beginning, the last one is still being filled,
// points without a value are null, and what is wrong with a query is said with 400 or with 200 and a status.

interface Metric {
  /** `host:a`, for `by {host}`. */
  scope: string
  /** What is counted in a second; undefined: nothing has been reported. */
  perSecond: (seconds: number) => number | undefined
}

export interface FakeDatadog extends Stoppable {
  url: string
  keys: { api: string; app: string }
  metrics: Metric[]
  monitors: Map<string, object>
  /** Instead of an answer. */
  broken: ((response: ServerResponse) => void) | undefined
  /** Paths with their queries. */
  asked: string[]
}

/** For the past hour Datadog makes points of 20 s. */
const WIDTH = 20

export async function startDatadog(): Promise<FakeDatadog> {
  const fake = {
    url: '',
    keys: { api: 'dd-api-9f8e7d6c', app: 'dd-app-1a2b3c4d' },
    metrics: [{ scope: '*', perSecond: () => 0 }] as Metric[],
    monitors: new Map<string, object>(),
    broken: undefined as FakeDatadog['broken'],
    asked: [] as string[],
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    fake.asked.push(request.url ?? '')
    if (fake.broken !== undefined) return fake.broken(response)
    const { 'dd-api-key': api, 'dd-application-key': app } = request.headers
    if (api !== fake.keys.api || app !== fake.keys.app) return refuse(response, 403, 'Forbidden')
    if (request.method !== 'GET') return refuse(response, 405, 'Method Not Allowed')
    if (pathname === '/api/v1/query') return query(response, searchParams, fake.metrics)
    const [, id = ''] = /^\/api\/v1\/monitor\/(\d+)$/.exec(pathname) ?? []
    const monitor = fake.monitors.get(id)
    if (monitor === undefined) return refuse(response, 404, id === '' ? 'Not found' : 'Monitor not found')
    send(response, 200, monitor)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return stoppable(fake, async () => {
    server.close()
    server.closeAllConnections()
  })
}

function query(response: ServerResponse, asked: URLSearchParams, metrics: readonly Metric[]): void {
  const from = Number(asked.get('from') ?? 'x')
  const to = Number(asked.get('to') ?? 'x')
  const text = asked.get('query') ?? ''
  if (!Number.isInteger(from) || !Number.isInteger(to) || from >= to)
    return refuse(response, 400, 'The parameters from and to are invalid')
  if (!/\{[^}]*\}/.test(text))
    return refuse(
      response,
      400,
      `Error parsing query: \n unable to parse ${text}: Rule 'scope_expr' didn't match`,
    )
  if (text.includes('unknown_function(') || /\d+s\s*\)/.test(text))
    return send(response, 200, {
      status: 'error',
      error: 'Unknown function or argument',
      res_type: 'time_series',
    })
  const width = Number(/\.rollup\(\w+, ?(\d+)\)/.exec(text)?.[1] ?? WIDTH)
  const series = metrics.map(({ scope, perSecond }) => {
    const pointlist = pointsOf(perSecond, from, to, width)
    return {
      metric: text,
      expression: text,
      display_name: text,
      query_index: 0,
      aggr: 'sum',
      scope,
      tag_set: scope === '*' ? [] : scope.split(','),
      attributes: {},
      interval: width,
      length: pointlist.length,
      start: from * 1000,
      end: to * 1000 - 1,
      pointlist,
    }
  })
  const head = { status: 'ok', resp_version: 1, res_type: 'time_series', message: '', query: text }
  const reported = series.filter(({ pointlist }) => pointlist.length > 0)
  send(response, 200, { ...head, from_date: from * 1000, to_date: to * 1000, group_by: [], series: reported })
}

/** Sums, from the first whole grid point on. The last one holds what has come in until `to`. */
function pointsOf(
  perSecond: Metric['perSecond'],
  from: number,
  to: number,
  width: number,
): [number, number | null][] {
  const first = Math.ceil(from / width) * width
  const starts = Array.from(
    { length: Math.max(0, Math.ceil((to - first) / width)) },
    (_, n) => first + n * width,
  )
  const points = starts.map((start): [number, number | null] => {
    const seconds = Array.from({ length: Math.min(width, to - start) }, (_, second) =>
      perSecond(start + second),
    )
    const seen = seconds.filter((one) => one !== undefined)
    return [start * 1000, seen.length === 0 ? null : seen.reduce((sum, one) => sum + one, 0)]
  })
  return points.every(([, value]) => value === null) ? [] : points
}

function refuse(response: ServerResponse, status: number, error: string): void {
  send(response, status, { errors: [error] })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
