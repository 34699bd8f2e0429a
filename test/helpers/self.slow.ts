import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { fateByName } from './kubelet.ts'
import { makeRepository } from './git.ts'
import { digestOf, pushImage, skopeoDigest, skopeoLabels, skopeoRaw } from './images.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from './kubernetes.ts'
import { describeWith } from './need.ts'
import { poll, run, startDaemon } from './process.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from './registry.ts'
import { startService } from './service.ts'

const COMMIT = '1111111111111111111111111111111111111111'
const DENIED = /denied|unauthorized|authentication/
const NEXT_COMMIT = '2222222222222222222222222222222222222222'

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

  test('passes a whole push through, as it is', async () => {
    const throughProxy = { judgeHost: open.host, credentials: undefined }
    const digest = await pushImage(throughProxy, 'acme/through', 'prod', { kind: 'index', sizeMB: 2 })
    expect(await skopeoDigest(open, 'acme/through', 'prod')).toBe(digest)
    expect(open.writes().map(({ method, status }) => `${method} ${status}`)).toContain('PUT 201')
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
    const throughProxy = { judgeHost: registry.host, credentials: registry.readOnly }
    await expect(pushImage(throughProxy, 'acme/api', 'stolen', { sizeMB: 1 })).rejects.toThrow(DENIED)
    expect(registry.tokenServer?.requests.at(-1)).toMatchObject({ user: 'reader', status: 200 })
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

describeWith(REGISTRY_PROGRAMS, 'service', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry()
    await pushImage(registry, 'acme/api', COMMIT, { kind: 'index', commit: COMMIT, version: 'v1' })
    await pushImage(registry, 'acme/api', NEXT_COMMIT, { commit: NEXT_COMMIT, version: 'v2' })
  })
  afterAll(() => registry.stop())

  async function serve() {
    await pushImage(registry, 'acme/api', 'prod', { kind: 'index', commit: COMMIT, version: 'v1' })
    return startService({ registry, repository: 'acme/api', tag: 'prod' })
  }
  const moveTag = (): Promise<string> =>
    pushImage(registry, 'acme/api', 'prod', { commit: NEXT_COMMIT, version: 'v2' })
  const get = async (url: string): Promise<unknown> => (await fetch(url)).json()

  test('follows the tag, and only through the hook', async () => {
    await using service = await serve()
    const digest = await moveTag()
    expect(await get(`${service.url}/api/version`)).toEqual({ commit: COMMIT, version: 'v1' })
    expect((await fetch(service.hookUrl, { method: 'POST' })).status).toBe(200)
    expect(await poll(() => service.running().digest === digest, 1000)).toBe(true)
    expect(await get(`${service.url}/api/version`)).toEqual({ commit: NEXT_COMMIT, version: 'v2' })
    expect((await fetch(`${service.url}/deploy/wrong`, { method: 'POST' })).status).toBe(404)
    expect(service.hookCalls).toMatchObject([{ method: 'POST', status: 200 }])
  })

  test('serves the old release while a deploy takes its time', async () => {
    await using service = await serve()
    service.deployTakes(300)
    await moveTag()
    await fetch(service.hookUrl)
    expect(service.running().commit).toBe(COMMIT)
    expect(await poll(() => service.running().commit === NEXT_COMMIT, 2000)).toBe(true)
  })

  test.each([
    { mode: 'answers-500', status: 500, deployed: [] },
    { mode: 'lost', status: 200, deployed: [] },
    { mode: 'keeps-old-version', status: 200, deployed: [COMMIT] },
    { mode: 'never-healthy', status: 200, deployed: [NEXT_COMMIT] },
  ] as const)('breaks as asked: $mode', async ({ mode, status, deployed }) => {
    await using service = await serve()
    service.hook(mode)
    await moveTag()
    expect((await fetch(service.hookUrl, { method: 'POST' })).status).toBe(status)
    await poll(() => service.deployments.length > 0, 100)
    expect(service.deployments.map(({ commit }) => commit)).toEqual(deployed)
    expect((await fetch(`${service.url}/api/health`)).status).toBe(mode === 'never-healthy' ? 500 : 200)
  })

  test('behaves as its release does', async () => {
    await using service = await serve()
    service.behave(COMMIT, 'unhealthy')
    expect(await get(`${service.url}/api/health`)).toEqual({ ok: false })
    service.behave(COMMIT, 'crashed')
    await expect(fetch(`${service.url}/api/version`)).rejects.toThrow('fetch failed')
  })
})

describeWith(KUBERNETES_PROGRAMS, 'kubernetes', () => {
  let cluster: TestKubernetes
  beforeAll(async () => {
    cluster = await startKubernetes({ audit: true })
  })
  afterAll(() => cluster.stop())

  test('rolls out, gets stuck on a broken image, and rolls back', async () => {
    const api = { namespace: 'rollout', name: 'api', replicas: 2 }
    await cluster.applyDeployment({ ...api, image: 'acme/api:good' })
    expect(await cluster.waitForRollout('rollout', 'api')).toBe(true)
    await cluster.applyDeployment({ ...api, image: 'acme/api:broken', progressDeadlineSeconds: 1 })
    expect(await cluster.waitForRollout('rollout', 'api')).toBe(false)
    const pods = await cluster.kubectl('-n', 'rollout', 'get', 'pods')
    expect(pods.stdout).toMatch(/0\/1 +ImagePullBackOff/)
    const undo = await cluster.kubectl('-n', 'rollout', 'rollout', 'undo', 'deployment/api')
    expect(undo).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back') })
    expect(await cluster.waitForRollout('rollout', 'api')).toBe(true)
  })

  test('runs the pods of a DaemonSet too', async () => {
    const container = ['--image=acme/agent:1', '--dry-run=client', '-o', 'json']
    const { stdout } = await cluster.kubectl('create', 'deployment', 'agent', ...container)
    const { spec } = JSON.parse(stdout) as { spec: { selector: object; template: object } }
    const manifest = join(cluster.folder, 'agent.json')
    const { selector, template } = spec
    const agent = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { selector, template },
    }
    await writeFile(manifest, JSON.stringify(agent))
    expect(await cluster.kubectl('apply', '-f', manifest)).toMatchObject({ exitCode: 0 })
    const status = await cluster.kubectl('rollout', 'status', 'daemonset/agent', '--timeout=10s')
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('successfully rolled out') })
  })

  test('the viewer may do only what a role grants, and the audit log says who asked', async () => {
    const asViewer = ['--kubeconfig', cluster.viewerKubeconfigPath]
    const read = ['-n', 'default', 'get', 'deployments', ...asViewer]
    expect(await cluster.kubectl(...read)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Forbidden'),
    })
    const verbs = ['--verb=get,list', '--resource=deployments.apps']
    await cluster.kubectl('-n', 'default', 'create', 'role', 'reader', ...verbs)
    await cluster.kubectl(
      '-n',
      'default',
      'create',
      'rolebinding',
      'reader',
      '--role=reader',
      '--user=viewer',
    )
    expect(await cluster.kubectl(...read)).toMatchObject({ exitCode: 0 })
    const lists = (await cluster.auditEvents()).filter(
      ({ user, verb, requestURI }) =>
        user.username === 'viewer' && verb === 'list' && requestURI.includes('/deployments'),
    )
    expect(lists.map(({ responseStatus }) => responseStatus?.code)).toEqual([403, 200])
  })

  test('a test may decide over the pods', async () => {
    cluster.kubelet.decide(() => 'pending')
    await cluster.applyDeployment({ namespace: 'held', name: 'api', image: 'acme/api:good' })
    expect(await cluster.waitForRollout('held', 'api', 1)).toBe(false)
    cluster.kubelet.decide(fateByName)
    expect(await cluster.waitForRollout('held', 'api')).toBe(true)
    const gone = ['delete', 'deployment', 'api', '--cascade=foreground', '--timeout=10s']
    expect(await cluster.kubectl('-n', 'held', ...gone)).toMatchObject({ exitCode: 0 })
  })
})

describeWith(['git'], 'git', () => {
  test('makes the same history every time', async () => {
    await using first = await makeRepository({ commits: 3, tags: { v1: 0, v3: 2 } })
    await using second = await makeRepository({ commits: 3 })
    expect(first.commits).toHaveLength(3)
    expect(second.commits).toEqual(first.commits)
    expect(await first.git('rev-list', '--reverse', 'origin/main')).toBe(first.commits.join('\n'))
    expect(await first.git('rev-parse', 'v1', 'v3', 'HEAD')).toBe(
      [first.commits[0], first.commits[2], first.commits[2]].join('\n'),
    )
    await first.git('commit', '--quiet', '--allow-empty', '--message=More')
    await first.git('push', '--quiet', 'origin', 'main')
    expect(await first.git('ls-remote', first.remote, 'main')).toContain(await first.git('rev-parse', 'HEAD'))
  })
})

test('a daemon that cannot start says why', async () => {
  const start = startDaemon('sh', ['-c', 'echo port taken >&2; exit 3'], { ready: () => false })
  await expect(start).rejects.toThrow(/ended with 3\nport taken/)
})

describeWith(['setpriv'], 'process', () => {
  test('a daemon does not outlive a killed worker', async () => {
    const source = `import { startDaemon } from '${import.meta.dirname}/process.ts'
      const daemon = await startDaemon('sleep', ['60'], { ready: () => true })
      console.log('daemon', daemon.pid)`
    const command = ['--input-type=module-typescript', '--eval', source]
    const said = /^daemon (\d+)$/m
    await using worker = await startDaemon(process.execPath, command, {
      ready: (output) => said.test(output),
    })
    const daemon = Number(said.exec(worker.output())?.[1])
    expect(isRunning(daemon)).toBe(true)
    process.kill(worker.pid, 'SIGKILL')
    expect(await poll(() => !isRunning(daemon), 2000)).toBe(true)
  })
})

/** A zombie that nobody has reaped yet no longer runs. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const MEDIA_TYPES = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
  'docker-list': 'application/vnd.docker.distribution.manifest.list.v2+json',
  artifact: 'application/vnd.oci.image.manifest.v1+json',
}
