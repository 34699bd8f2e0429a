import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { buildImage } from '../../../src/cli/demo/image.ts'
import { type DemoRegistry, startRegistry } from '../../../src/cli/demo/registry.ts'
import { sha256 } from '../../../src/core/json.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun } from '../../helpers/process.ts'

const COMMIT = '4f9d2c81b7e6a05d3c19f8e2b4a7d60c5e31f92a'
const image = buildImage(COMMIT)
const digest = sha256(image.manifest)

let registry: DemoRegistry

beforeAll(async () => {
  registry = await startRegistry('acme/api')
  registry.publish(image, COMMIT, 'production', 'a', 'b')
})

afterAll(() => registry.close())

describe('the demo registry', () => {
  test('answers for a tag and for its digest with the same bytes', async () => {
    const byTag = await send('GET', '/v2/acme/api/manifests/production')
    const byDigest = await send('GET', `/v2/acme/api/manifests/${digest}`)
    expect(byTag.status).toBe(200)
    expect(byTag.headers.get('docker-content-digest')).toBe(digest)
    expect(byTag.headers.get('content-type')).toBe(image.mediaType)
    expect(sha256(await byTag.text())).toBe(digest)
    expect(sha256(await byDigest.text())).toBe(digest)
  })

  test('answers HEAD with the length and no body', async () => {
    const response = await send('HEAD', '/v2/acme/api/manifests/production')
    expect(response.headers.get('content-length')).toBe(String(image.manifest.length))
    expect(await response.text()).toBe('')
  })

  test('moves a tag to the manifest that is put there', async () => {
    const other = buildImage('0'.repeat(40))
    registry.publish(other, 'other')
    const response = await send('PUT', '/v2/acme/api/manifests/moved', {
      body: new Uint8Array(other.manifest),
      headers: { 'content-type': other.mediaType },
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('docker-content-digest')).toBe(sha256(other.manifest))
    expect(registry.digestOf('moved')).toBe(registry.digestOf('other'))
  })

  test('lists tags by pages', async () => {
    const names: string[] = []
    let path: string | undefined = '/v2/acme/api/tags/list?n=2'
    while (path !== undefined) {
      const response = await send('GET', path)
      const { tags } = (await response.json()) as { tags: string[] }
      expect(tags.length).toBeLessThanOrEqual(2)
      names.push(...tags)
      path = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(names).toEqual([...new Set(names)].sort())
    expect(names).toEqual(expect.arrayContaining([COMMIT, 'a', 'b', 'production']))
  })

  test('lets an upload be begun and given up', async () => {
    const begun = await send('POST', '/v2/acme/api/blobs/uploads/')
    expect(begun.status).toBe(202)
    const location = begun.headers.get('location') ?? ''
    expect((await send('DELETE', location)).status).toBe(204)
    expect((await send('DELETE', location)).status).toBe(404)
  })

  test.each([
    ['GET', '/v2/acme/api/manifests/absent', undefined, 404, 'MANIFEST_UNKNOWN'],
    ['GET', `/v2/acme/api/manifests/sha256:${'0'.repeat(64)}`, undefined, 404, 'MANIFEST_UNKNOWN'],
    ['GET', '/v2/acme/web/manifests/production', undefined, 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/acme/api/blobs/sha256:0', undefined, 404, 'BLOB_UNKNOWN'],
    ['GET', '/v2/acme/api/tags/list?n=x', undefined, 400, 'PAGINATION_NUMBER_INVALID'],
    ['PUT', '/v2/acme/api/manifests/x', 'text', 400, 'MANIFEST_INVALID'],
    ['PUT', `/v2/acme/api/manifests/sha256:${'0'.repeat(64)}`, '{}', 400, 'DIGEST_INVALID'],
    [
      'PUT',
      '/v2/acme/api/manifests/x',
      '{"config":{"digest":"sha256:0"},"layers":[]}',
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['DELETE', '/v2/acme/api/manifests/production', undefined, 405, 'UNSUPPORTED'],
  ])('refuses %s %s', async (method, path, body, status, code) => {
    const response = await send(method, path, body === undefined ? {} : { body })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ errors: [{ code }] })
  })
})

describeWith(['skopeo'], 'the demo registry, judged by skopeo', () => {
  test('has a complete image whose label says the commit', async () => {
    const text = await mustRun('skopeo', [
      'inspect',
      '--tls-verify=false',
      `docker://${registry.repository}:production`,
    ])
    expect(JSON.parse(text)).toMatchObject({
      Digest: digest,
      Labels: { 'org.opencontainers.image.revision': COMMIT },
      RepoTags: expect.arrayContaining(['production', COMMIT]) as string[],
    })
  })
})

function send(method: string, path: string, rest: RequestInit = {}): Promise<Response> {
  return fetch(`http://${registry.host}${path}`, { method, ...rest })
}
