import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { secretMarker } from '../../../src/core/shell.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { request } from '../../../src/platforms/http/request.ts'
import { mustRun } from '../../helpers/process.ts'
import { json, plain, startServer, type TestServer } from './server.ts'

const doors = openDoors()
let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await doors.close()
  await server.stop()
})

function options(more: Record<string, unknown> = {}) {
  return request.options.parse({ method: 'POST', url: `${server.url}/flags?key=hunter22`, ...more })
}

describe('http.request', () => {
  test('sends it, with an id that tells tries of one call from new ones', async () => {
    server.answer = plain(202)
    const sent = options({ body: { on: false }, headers: { authorization: 'Bearer x' } })
    expect(await request.call(sent, 'call-1', doors.write)).toEqual({ status: 202 })
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      body: '{"on":false}',
      headers: { authorization: 'Bearer x', 'idempotency-key': 'call-1', 'content-type': 'application/json' },
    })
  })

  test.each([
    ['a refusal is no', 400, {}, { applied: 'no', retryable: false }],
    ['a redirect may be either', 302, {}, { applied: 'unknown', retryable: false }],
    ['a time that is over may be either', 408, {}, { applied: 'unknown', retryable: true }],
    ['a connection that was closed may be either', 499, {}, { applied: 'unknown', retryable: false }],
    ['too many is later', 429, {}, { applied: 'no', retryable: true }],
    ['a failure may be either', 502, {}, { applied: 'unknown', retryable: true }],
    [
      'another success than expected may be either',
      200,
      { expect: 201 },
      { applied: 'unknown', retryable: false },
    ],
  ])('%s', async (_what, status, more, expected) => {
    server.answer = plain(status, 'because')
    const called = request.call(options({ url: `${server.url}/flags`, ...more }), 'id', doors.write)
    await expect(called).rejects.toMatchObject({ ...expected, found: 'because' })
  })

  test.each(['/flags?key=hunter22', '/services/T0123456789abc'])(
    'no word of what %s answers',
    async (path) => {
      server.answer = plain(404, `Cannot POST ${path}`)
      const called = request.call(options({ url: `${server.url}${path}` }), 'id', doors.write)
      await expect(called).rejects.toMatchObject({
        message: `${server.host} answered 404`,
        found: expect.not.stringContaining(path.slice(-8)),
      })
    },
  )

  test('a login that cannot be decoded', async () => {
    const url = server.url.replace('http://', 'http://u:p%zz@')
    expect(JSON.stringify(request.options.safeParse({ method: 'POST', url }).error?.issues)).toContain('%25')
    const sent = { ...options(), url }
    await expect(request.call(sent, 'id', doors.write)).rejects.toMatchObject({
      code: 'bad-url',
      applied: 'no',
    })
  })

  test('the answer is lost, or nobody is there', async () => {
    server.answer = (response) => response.destroy()
    await expect(request.call(options(), 'id', doors.write)).rejects.toMatchObject({ applied: 'unknown' })
    const other = await startServer()
    await other.stop()
    await expect(request.call(options({ url: other.url }), 'id', doors.write)).rejects.toMatchObject({
      applied: 'no',
      retryable: true,
    })
  })
})

describe('its check', () => {
  const check = () => ({ check: { url: `${server.url}/flags`, json: '$.on', equals: false } })

  test.each([
    [json({ on: false }), 'done'],
    [json({ on: true }), 'not-done'],
    [plain(404), 'not-done'],
    [plain(500), 'unknown'],
    [plain(401), 'unknown'],
  ])('%#: %s', async (answer, found) => {
    server.answer = answer
    expect(await request.find?.(options(check()), doors.read)).toBe(found)
  })

  test('without one, nothing can be known', async () => {
    expect(await request.find?.(options(), doors.read)).toBe('unknown')
  })

  test('done already is said before', async () => {
    server.answer = json({ on: false })
    expect(await request.ready?.(options(check()), doors.read)).toMatchObject({ kind: 'ready', done: true })
  })
})

describe('taking it back', () => {
  test('only as the runbook says', () => {
    expect(request.reversal(options())).toMatchObject({ how: 'none' })
    expect(request.reversal(options({ undo: 'again' }))).toEqual({ how: 'again' })
    const undo = { method: 'DELETE', url: 'https://h/flag' }
    const back = request.reversal(options({ undo, body: 'x', repeat: 'harmless' }))
    expect(back).toMatchObject({ how: 'other', options: { ...undo, undo: 'none', repeat: 'harmless' } })
    expect(JSON.stringify(back)).not.toContain('hunter22')
  })
})

test('by hand: the printed command does the same, its secret stays in its variable', async () => {
  server.answer = plain(200)
  const [line = ''] = request.manual({
    ...options({ headers: { 'X-Token': secretMarker('$TOKEN') }, body: "it's" }),
    url: secretMarker('$HOOK'),
  })
  expect(line).toContain('"$HOOK"')
  await mustRun('sh', ['-c', line], { env: { ...process.env, HOOK: `${server.url}/hook`, TOKEN: 't0k' } })
  expect(server.seen.at(-1)).toMatchObject({
    method: 'POST',
    path: '/hook',
    body: "it's",
    headers: { 'x-token': 't0k' },
  })
})
