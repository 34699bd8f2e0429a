import type { ServerResponse } from 'node:http'

import { afterAll, beforeEach, describe, expect, test } from 'vitest'

import { sha256 } from '../../../src/core/json.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { openRepository, type RepositoryClient } from '../../../src/platforms/registry/client.ts'
import { backupNames, candidatesAmong, nearestTags } from '../../../src/platforms/registry/candidates.ts'
import { parseRepository } from '../../../src/platforms/registry/reference.ts'
import { json, plain, startServer, type TestServer } from '../http/server.ts'

// What real registries do and Debian's does not.

const MANIFEST = '{"schemaVersion":2}\n'
const TYPE = 'application/vnd.oci.image.manifest.v1+json'

const doors = openDoors()
const servers: TestServer[] = []
afterAll(async () => {
  await doors.close()
  for (const server of servers) await server.stop()
})

let server: TestServer
let client: RepositoryClient
beforeEach(async () => {
  server = await startServer()
  servers.push(server)
  const repository = { host: server.host, name: 'acme/api', display: `${server.host}/acme/api` }
  client = openRepository(repository, {}, doors.read)
})

function manifest(headers: Record<string, string>) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': TYPE, ...headers }).end(MANIFEST)
  }
}

describe('a manifest', () => {
  test('without a digest header is hashed', async () => {
    server.answer = manifest({})
    expect(await client.head('prod')).toEqual({
      digest: sha256(MANIFEST),
      mediaType: TYPE,
      size: MANIFEST.length,
    })
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    expect(server.seen[0]?.headers.accept).toContain('application/vnd.oci.image.index.v1+json')
  })

  test('that is not what its header says is refused', async () => {
    server.answer = manifest({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` })
    await expect(client.get('prod')).rejects.toMatchObject({ code: 'registry-corrupt-manifest' })
  })

  test('that is not what was asked for is refused', async () => {
    server.answer = manifest({ 'docker-content-digest': sha256(MANIFEST) })
    const other = sha256('another')
    await expect(client.get(other)).rejects.toMatchObject({ code: 'registry-corrupt-manifest' })
  })

  test('too large to be one is refused', async () => {
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': TYPE }).end(Buffer.alloc(5 * 1024 * 1024))
    }
    await expect(client.get('prod')).rejects.toMatchObject({ code: 'answer-too-long' })
  })
})

describe('a no', () => {
  const body = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] })

  test.each([
    [429, '', { refusal: 'unknown', retryable: true, retryAfter: 30_000 }],
    [503, '<h1>\u001b[1mdown</h1>', { refusal: 'unknown', found: 'HTTP 503, <h1>down</h1>' }],
    [403, body('DENIED', 'requested access to the resource is denied'), { refusal: 'denied' }],
    [307, '', { refusal: 'unknown', found: expect.stringContaining('redirect') }],
    [503, '<link href=/immutable/x.css>', { refusal: 'unknown', cure: expect.stringContaining('VPN') }],
    [403, body('DENIED', 'immutable'), { refusal: 'denied', code: 'registry-unauthorized' }],
    [404, '<h1>Not found</h1>', { refusal: 'unknown', found: 'HTTP 404, <h1>Not found</h1>' }],
    [404, '', { refusal: 'unknown', found: 'HTTP 404' }],
    [404, '{"errors":[]}', { refusal: 'unknown' }],
  ])('%d', async (status, text, expected) => {
    server.answer = (response) =>
      response.writeHead(status, { 'retry-after': '30', location: '/x' }).end(text)
    await expect(client.get('prod')).rejects.toMatchObject(expected)
  })

  test.each(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND'])('404 %s: there is none', async (code) => {
    server.answer = plain(404, body(code, 'no'))
    expect(await client.get('prod')).toBeUndefined()
    expect(await client.head('prod')).toBeUndefined()
    expect(await client.tags()).toEqual({ tags: [], complete: true })
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET', 'GET'])
  })

  test("a proxy's 404 for everything says nothing", async () => {
    server.answer = plain(404, '<h1>Not found</h1>')
    await expect(client.head('prod')).rejects.toMatchObject({ code: 'registry-page' })
    await expect(client.tags()).rejects.toMatchObject({ code: 'registry-page' })
  })
})

describe('tags', () => {
  test('of all pages, and only from this registry', async () => {
    const other = await startServer()
    servers.push(other)
    const pages = [
      { tags: ['a', 'b'], link: '</v2/acme/api/tags/list?n=2&last=b>; rel="next"' },
      { tags: ['c'], link: `<${other.url}/v2/acme/api/tags/list?last=c>; rel="next"` },
      { tags: null },
    ]
    server.answer = (response) => {
      const { link, ...page } = pages[server.seen.length - 1] ?? { tags: [] }
      response.writeHead(200, link === undefined ? {} : { link }).end(JSON.stringify(page))
    }
    expect(await client.tags()).toEqual({ tags: ['a', 'b', 'c'], complete: true })
    expect(other.seen).toEqual([])
    expect(server.seen.map(({ path }) => path.split('?')[1])).toEqual(['n=1000', 'n=2&last=b', 'last=c'])
  })

  test('that never end are enough after some pages', async () => {
    server.answer = (response) =>
      response.writeHead(200, { link: '<?last=x>; rel="next"' }).end('{"tags":["x"]}')
    const { tags, complete } = await client.tags()
    expect(tags.length).toBeLessThan(10)
    expect(complete).toBe(false)
  })

  test('that come all at once are enough from some number on', async () => {
    const all = Array.from({ length: 300_000 }, (_, at) => `t${at}`)
    server.answer = json({ tags: all })
    const { tags, complete } = await client.tags()
    expect(tags).toEqual(all.slice(0, tags.length))
    expect(complete).toBe(false)
  })

  test('of which very many begin alike are told apart in time', () => {
    const shas = Array.from({ length: 90_000 }, (_, at) => `abc1234${at.toString(16).padStart(33, '0')}`)
    const candidates = candidatesAmong([...shas, ...shas.map((sha) => sha.slice(0, 39))], () => false)
    // Looking through them pair by pair takes minutes, and the test would run out of its time.
    expect(candidates).toHaveLength(90_000)
  })

  test.each([
    [
      ['abc1234', 'abc1234aa', 'abc1234bb'],
      [['abc1234bb'], ['abc1234', 'abc1234aa']],
    ],
    [
      ['abc1234aa', 'abc1234bb', 'sha-abc1234'],
      [['abc1234bb'], ['abc1234aa', 'sha-abc1234']],
    ],
    [['abc12345', 'abc1234567', 'abc123456'], [['abc12345', 'abc1234567', 'abc123456']]],
    [['ABC1234', 'abc1234'], [['ABC1234', 'abc1234']]],
  ])('are one commit or two: %j', (tags, expected) => {
    expect(candidatesAmong(tags, () => false).map(({ names }) => names)).toEqual(expected)
  })

  test('the nearest to what was meant come first', () => {
    const tags = ['abc1234', 'abd9999', 'v1.0.0', 'sha-abc9999', 'prod']
    expect(nearestTags('abc1299', tags, (tag) => tag === 'prod').slice(0, 3)).toEqual([
      'abc1234',
      'sha-abc9999',
      'abd9999',
    ])
  })

  test('backups of earlier runs are known by their name', () => {
    for (const template of ['prod-rollback-${run.stamp}', 'prod-rollback-20251122-103045']) {
      const isBackup = backupNames(template)
      expect(isBackup('prod-rollback-20240101-000000')).toBe(true)
      expect(isBackup('prod-rollback-20240101-000000-2')).toBe(true)
      expect(isBackup('prod-latest')).toBe(false)
      expect(isBackup('prod-rollback-')).toBe(false)
    }
  })

  test.each<[template: string, tag: string, ours: boolean]>([
    ['keep', 'keep', true],
    ['keep', 'keep-2', true],
    ['keep', 'keeper', false],
    ['a${run.id}b', 'a1b', true],
    ['a${run.id}b', 'a1b-2', true],
    ['a${run.id}b', 'ab', false],
    ['a${run.id}b', 'a1c', false],
    ['${run.id}${run.stamp}', 'xy', true],
    ['${run.id}${run.stamp}', 'x', false],
    ['${run.id}-${run.stamp}', 'x-y-z', true],
    // As a regular expression it would try all ways to share the letters.
    ['${run.id}a'.repeat(30), 'a'.repeat(120) + '!', false],
  ])('a backup named %s may be called %s: %s', (template, tag, ours) => {
    expect(backupNames(template)(tag)).toBe(ours)
  })
})

test.each([
  ['ghcr.io/acme/api', 'ghcr.io', 'acme/api', 'ghcr.io/acme/api'],
  ['nginx', 'registry-1.docker.io', 'library/nginx', 'docker.io/library/nginx'],
  ['acme/api', 'registry-1.docker.io', 'acme/api', 'docker.io/acme/api'],
  ['docker.io/acme/api', 'registry-1.docker.io', 'acme/api', 'docker.io/acme/api'],
  ['localhost:5000/api', 'localhost:5000', 'api', 'localhost:5000/api'],
  ['a.b:1/c/d/e', 'a.b:1', 'c/d/e', 'a.b:1/c/d/e'],
])('%s', (text, host, name, display) => {
  expect(parseRepository(text)).toEqual({ host, name, display })
})
