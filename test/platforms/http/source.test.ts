import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Sample } from '../../../src/core/source.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { networkError } from '../../../src/io/network-error.ts'
import { http } from '../../../src/platforms/http/source.ts'
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

async function sample(options: Record<string, unknown> = {}): Promise<Omit<Sample, 'at'>> {
  const parsed = http.options.parse({ url: `${server.url}/api?key=hunter22`, ...options })
  const measured = await http.measure(parsed, doors.read)
  if (measured.kind !== 'samples') throw new Error(JSON.stringify(measured))
  const { at: _, ...rest } = measured.samples[0] as Sample
  return rest
}

describe('what is taken', () => {
  test('the status, without more', async () => {
    server.answer = plain(204)
    expect(await sample()).toEqual({ value: 204 })
  })

  test.each([
    ['$.commit', 'abc1234'],
    ['$.deploys[1].id', 2],
    ['$["odd name"]', true],
    ["$['quo\\'te']", null],
  ])('a value of the JSON: %s', async (path, value) => {
    server.answer = json({
      commit: 'abc1234',
      deploys: [{ id: 1 }, { id: 2 }],
      'odd name': true,
      "quo'te": null,
    })
    expect(await sample({ json: path })).toEqual({ value })
  })

  test('a header', async () => {
    server.answer = (response) => response.setHeader('X-Version', 'v2').end()
    expect(await sample({ header: 'x-version' })).toEqual({ value: 'v2' })
  })

  test('the time it takes', async () => {
    server.answer = plain(200)
    expect((await sample({ response_time: true })).value).toEqual(expect.any(Number))
  })

  test('without the body: HEAD', async () => {
    server.answer = (response) => response.setHeader('X-Version', 'v2').end()
    expect(await sample({ method: 'HEAD', header: 'X-Version' })).toEqual({ value: 'v2' })
    expect(server.seen.at(-1)).toMatchObject({ method: 'HEAD' })
  })

  test('of a POST with a body', async () => {
    server.answer = json({ data: { ok: true } })
    const options = {
      method: 'POST',
      body: { query: '{ ok }' },
      headers: { 'X-Key': 'k' },
      json: '$.data.ok',
    }
    expect(await sample(options)).toEqual({ value: true })
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      body: '{"query":"{ ok }"}',
      headers: { 'content-type': 'application/json', 'x-key': 'k' },
    })
  })
})

describe('a failing sample', () => {
  test.each([
    ['a server that fails', plain(503, 'down'), {}, { value: 503, failing: 'HTTP 503' }],
    ['an endpoint that is gone', plain(404), {}, { value: 404, failing: 'HTTP 404' }],
    ['a redirect', plain(302), {}, { value: 302, failing: 'HTTP 302, a redirect, which is not followed' }],
    [
      'a server that fails has no value either: said once',
      plain(500),
      { json: '$.ok' },
      { value: null, failing: 'HTTP 500' },
    ],
    [
      'the same where another status was wanted',
      plain(500),
      { json: '$.ok', expect: [{ status: 401 }] },
      { value: null, failing: 'HTTP 500, not 401' },
    ],
    [
      'what is wrong with all that is read of it: said once',
      plain(200, 'Login'),
      {
        json: '$.a',
        expect: [
          { json: '$.b', is: 1 },
          { json: '$.c', is: 1 },
        ],
      },
      { value: null, failing: 'the answer is not JSON: Login' },
    ],
    [
      'a page in place of JSON',
      plain(200, '<h1>\u001b[31mLogin\u0007</h1>\n'),
      { json: '$.commit' },
      { value: null, failing: 'the answer is not JSON: <h1>Login </h1>' },
    ],
    [
      'a member that is missing',
      json({ sha: 'x' }),
      { json: '$.commit' },
      { value: null, failing: 'the answer has no "commit"; it has sha' },
    ],
    [
      'a value that is not one',
      json({ commit: { sha: 'x' } }),
      { json: '$.commit' },
      { value: null, failing: '$.commit is an object, not a single value' },
    ],
    [
      'an expectation of the JSON',
      json({ ok: false }),
      { expect: [{ json: '$.ok', is: true }] },
      { value: 200, failing: '$.ok is false, not true' },
    ],
    [
      'an expectation of the status',
      plain(200),
      { expect: [{ status: [301, 302] }] },
      { value: 200, failing: 'HTTP 200, not 301 or 302' },
    ],
    [
      'an error page whose JSON has the value',
      json({ commit: 'abc1234' }, 500),
      { json: '$.commit' },
      { value: null, failing: expect.stringContaining('HTTP 500') },
    ],
  ])('%s', async (_what, answer, options, expected) => {
    server.answer = answer
    expect(await sample(options)).toEqual(expected)
  })

  test('a status that is expected passes', async () => {
    server.answer = plain(404)
    expect(await sample({ expect: [{ status: 404 }] })).toEqual({ value: 404 })
  })

  test('nobody listens, or nobody answers', async () => {
    const other = await startServer()
    await other.stop()
    expect(await sample({ url: `${other.url}/?key=hunter22` })).toEqual({
      value: null,
      failing: `connection refused by ${other.host}`,
    })
    server.answer = () => {}
    expect(await sample({ timeout: '50ms' })).toEqual({
      value: null,
      failing: `no answer from ${server.host} within 50 ms`,
    })
  })
})

describe('an answer that never ends', () => {
  test('slowly', async () => {
    server.answer = (response) => {
      const drip = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(drip))
    }
    expect(await sample({ timeout: '200ms', json: '$.commit' })).toEqual({
      value: null,
      failing: `no answer from ${server.host} within 200 ms`,
    })
  })

  test('fast', async () => {
    server.answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20))) continue
      }
      response.on('drain', more)
      more()
    }
    // How much of it we read says nothing about the service.
    const measured = await http.measure(http.options.parse({ url: server.url, json: '$.commit' }), doors.read)
    expect(measured).toEqual({
      kind: 'unreachable',
      why: `the answer of ${server.host} is longer than 4194304 bytes`,
    })
  })
})

describe('not a sample', () => {
  test('an address that may not be asked is unknown, and says nothing about the service', async () => {
    const measure = (url: string) => http.measure(http.options.parse({ url }), doors.read)
    expect(await measure('http://10.0.0.1/')).toMatchObject({ kind: 'unreachable' })
    expect(await measure('http://169.254.169.254/')).toMatchObject({ kind: 'unreachable' })
  })

  test('nor does it say anything about the service that we have no file descriptor left to ask it', async () => {
    const full = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' })
    const read = { ...doors.read, http: () => Promise.reject(networkError(full, 'shop:443', false)) }
    const measured = await http.measure(http.options.parse({ url: server.url }), read)
    expect(measured).toEqual({
      kind: 'unreachable',
      why: expect.stringContaining('too many files are open on this machine'),
    })
  })

  test.each([
    [{ json: 'commit' }, 'begin with $'],
    [{ json: '$.a..b' }, 'is not understood from'],
    [{ json: '$[?(@.x)]' }, 'is not understood from'],
    [{ json: '$.items[*].rate' }, 'is not understood from'],
    [{ method: 'HEAD', json: '$.a' }, 'which has no body'],
    [{ method: 'HEAD', expect: [{ json: '$.a', is: 1 }] }, 'which has no body'],
    [{ body: { a: 1 } }, 'say method: POST'],
    [{ tls: { cert: 'a.pem' } }, 'go together'],
    [{ json: '$.a', header: 'x' }, 'takes one value'],
    [{ headers: { 'x y': 'z' } }, 'is not the name of a header'],
    [{ headers: { x: 'a\nb' } }, 'line break'],
  ])('options %j', (options, words) => {
    const { error } = http.options.safeParse({ url: 'https://h/', ...options })
    expect(JSON.stringify(error?.issues)).toContain(words)
  })
})

test('a login that cannot be decoded says nothing about the service', async () => {
  const measured = await http.measure({ url: server.url.replace('http://', 'http://u:p%zz@') }, doors.read)
  expect(measured).toMatchObject({ kind: 'unreachable', why: expect.not.stringContaining('%zz') })
})

test('a name that is not found says nothing about the service: the fault may be our own network', async () => {
  const parsed = http.options.parse({ url: 'https://nobody.invalid/health' })
  expect(await http.measure(parsed, doors.read)).toMatchObject({ kind: 'unreachable' })
})
