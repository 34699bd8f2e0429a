import { afterAll, beforeAll, expect, test } from 'vitest'

import { digestOf, pushImage, skopeoDigest, skopeoLabels, skopeoRaw } from './images.ts'
import { describeWith } from './need.ts'
import { run } from './process.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from './registry.ts'

const COMMIT = '1111111111111111111111111111111111111111'

describeWith(REGISTRY_PROGRAMS, 'registry', () => {
  let open: TestRegistry
  beforeAll(async () => {
    open = await startRegistry()
  })
  afterAll(() => open.stop())

  test.each(['image', 'index', 'docker', 'docker-list', 'artifact'] as const)(
    'has the digest that was pushed: %s',
    async (kind) => {
      const digest = await pushImage(open, 'acme/api', kind, { kind, commit: COMMIT })
      const raw = await skopeoRaw(open, 'acme/api', kind)
      expect(digestOf(raw)).toBe(digest)
      expect(JSON.parse(raw)).toMatchObject({ mediaType: MEDIA_TYPES[kind] })
      expect(open.requests()).toEqual([])
    },
  )

  test('labels are found through an index', async () => {
    await pushImage(open, 'acme/api', 'labels', { kind: 'index', commit: COMMIT, version: 'v1' })
    expect(await skopeoLabels(open, 'acme/api', 'labels')).toEqual({
      'org.opencontainers.image.revision': COMMIT,
      'org.opencontainers.image.version': 'v1',
    })
  })

  test('logs what clients ask, and can be made to fail', async () => {
    const digest = await pushImage(open, 'acme/log', 'prod', { commit: COMMIT })
    const manifest = `${open.url}/v2/acme/log/manifests/prod`
    const raw = await skopeoRaw(open, 'acme/log', 'prod')
    const put = (tag: string): Promise<Response> =>
      fetch(`${open.url}/v2/acme/log/manifests/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': MEDIA_TYPES.image },
        body: raw,
      })
    open.proxy.forgetRequests()

    open.proxy.fail({ when: () => true, how: { status: 503, body: 'busy' }, times: 1 })
    expect((await fetch(manifest)).status).toBe(503)
    open.proxy.fail({
      when: (request, nth) => request.method === 'PUT' && nth === 1,
      how: 'drop-after-request',
      times: 1,
    })
    await expect(put('copy')).rejects.toThrow('fetch failed')
    expect(await skopeoDigest(open, 'acme/log', 'copy')).toBe(digest)
    open.proxy.fail({ when: (request) => request.path.endsWith('/refused'), how: 'refuse' })
    await expect(put('refused')).rejects.toThrow('fetch failed')
    await expect(skopeoRaw(open, 'acme/log', 'refused')).rejects.toThrow('manifest unknown')
    open.proxy.fail({ when: (request) => request.method === 'GET', how: 'hang' })
    await expect(fetch(manifest, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout')

    open.proxy.clearFaults()
    expect((await put('copy')).status).toBe(201)
    expect(open.requests().map(({ method, status }) => [method, status])).toEqual([
      ['GET', 503],
      ['PUT', 0],
      ['PUT', 0],
      ['GET', 0],
      ['PUT', 201],
    ])
    expect(open.writes()).toHaveLength(3)
  })

  test('refuses connections while it is down', async () => {
    await open.proxy.goDown()
    await expect(fetch(`${open.url}/v2/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await open.proxy.comeBack()
    expect((await fetch(`${open.url}/v2/`)).status).toBe(200)
  })

  test('htpasswd: only the right password', async () => {
    await using registry = await startRegistry({ auth: 'htpasswd' })
    const digest = await pushImage(registry, 'acme/api', 'prod')
    expect(await skopeoDigest(registry, 'acme/api', 'prod')).toBe(digest)
    const wrong = { ...registry, credentials: { username: 'robot', password: 'wrong' } }
    await expect(skopeoDigest(wrong, 'acme/api', 'prod')).rejects.toThrow('unauthorized')
  })

  test('token: the writer pushes, the reader only pulls', async () => {
    await using registry = await startRegistry({ auth: 'token' })
    const digest = await pushImage(registry, 'acme/api', 'prod', { kind: 'index' })
    const reader = { judgeHost: registry.judgeHost, credentials: registry.readOnly }
    expect(await skopeoDigest(reader, 'acme/api', 'prod')).toBe(digest)
    await expect(pushImage(reader, 'acme/api', 'stolen')).rejects.toThrow(
      /denied|unauthorized|authentication/,
    )
    const nobody = { judgeHost: registry.judgeHost, credentials: undefined }
    await expect(skopeoDigest(nobody, 'acme/api', 'prod')).rejects.toThrow(
      /denied|unauthorized|authentication/,
    )
  })

  test('token: an identity token is worth a password', async () => {
    await using registry = await startRegistry({ auth: 'token' })
    await pushImage(registry, 'acme/api', 'prod')
    const manifest = `${registry.url}/v2/acme/api/manifests/prod`
    const challenge = (await fetch(manifest)).headers.get('www-authenticate') ?? ''
    const [, realm = '', service = ''] = /realm="([^"]+)",service="([^"]+)"/.exec(challenge) ?? []
    const ask = async (refreshToken: string): Promise<number> => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, service })
      body.set('scope', 'repository:acme/api:pull')
      const answer = await fetch(realm, { method: 'POST', body })
      const { access_token: token = '' } = (await answer.json()) as { access_token?: string }
      return (
        await fetch(manifest, {
          method: 'HEAD',
          headers: { accept: MEDIA_TYPES.image, authorization: `Bearer ${token}` },
        })
      ).status
    }
    expect(await ask(registry.identityToken ?? '')).toBe(200)
    expect(await ask('robot.forged')).toBe(401)
  })

  test('is gone after stop', async () => {
    const registry = await startRegistry()
    await registry.stop()
    await expect(fetch(registry.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    const { exitCode } = await run('skopeo', [
      'inspect',
      '--tls-verify=false',
      `docker://${registry.judgeHost}/a:b`,
    ])
    expect(exitCode).toBe(1)
  })
})

const MEDIA_TYPES = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
  'docker-list': 'application/vnd.docker.distribution.manifest.list.v2+json',
  artifact: 'application/vnd.oci.image.manifest.v1+json',
}
