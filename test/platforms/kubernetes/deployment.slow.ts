import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Change, Reading, Resolution } from '../../../src/core/contract.ts'
import type { WriteDoor } from '../../../src/core/doors.ts'
import { EffectFailure } from '../../../src/core/problem.ts'
import { deployment } from '../../../src/platforms/kubernetes/deployment.ts'
import type { DeploymentOptions } from '../../../src/platforms/kubernetes/options.ts'
import type { DeploymentState } from '../../../src/platforms/kubernetes/state.ts'
import { fateByName } from '../../helpers/kubelet.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { describeWith } from '../../helpers/need.ts'
import { poll, run } from '../../helpers/process.ts'
import { testDoor } from './doors.ts'
import { startWebhook } from './webhook.ts'

const BAD = 'b0b0b0b'
const GOOD = '900d900d900d900d900d900d900d900d900d900d'

describeWith(KUBERNETES_PROGRAMS, 'kubernetes.deployment on a real control plane', () => {
  let cluster: TestKubernetes
  beforeAll(async () => {
    cluster = await startKubernetes()
  })
  afterAll(() => cluster.stop())

  let spaces = 0
  const space = (): string => `t${++spaces}`

  function optionsFor(namespace: string, more: Partial<DeploymentOptions> = {}): DeploymentOptions {
    return deployment.options.parse({
      kubeconfig: cluster.kubeconfigPath,
      namespace,
      name: 'api',
      ...more,
    })
  }

  /** A Deployment that has run these images, one revision each. */
  async function deployed(namespace: string, ...images: string[]): Promise<void> {
    for (const image of images) {
      const broken = image.includes('broken')
      await cluster.applyDeployment({ namespace, name: 'api', image, progressDeadlineSeconds: 600 })
      const settled = broken ? numbered(namespace, image) : rolledOut(namespace)
      await settled
    }
  }

  /** Until the controller has made a revision of it. */
  async function numbered(namespace: string, image: string): Promise<void> {
    const known = async (): Promise<boolean> => {
      const path = '{.items[*].spec.template.spec.containers[0].image}'
      const { stdout } = await cluster.kubectl('-n', namespace, 'get', 'rs', '-o', `jsonpath=${path}`)
      return stdout.split(' ').includes(image)
    }
    expect(await poll(known, 10_000)).toBe(true)
  }

  async function rolledOut(namespace: string): Promise<void> {
    if (!(await cluster.waitForRollout(namespace, 'api'))) throw new Error('it did not roll out')
  }

  async function get(namespace: string, path: string, name = 'api'): Promise<string> {
    return (await cluster.kubectl('-n', namespace, 'get', 'deployment', name, '-o', `jsonpath={${path}}`))
      .stdout
  }

  const imageOf = (namespace: string): Promise<string> =>
    get(namespace, '.spec.template.spec.containers[0].image')

  async function only(
    options: DeploymentOptions,
    door: WriteDoor = testDoor(),
  ): Promise<Reading<DeploymentState>> {
    const [reading] = await deployment.surfaces(options, door)
    if (reading === undefined) throw new Error('there is no surface')
    return reading
  }

  async function planned(
    options: DeploymentOptions,
    given: string,
    door: WriteDoor = testDoor(),
  ): Promise<{ change: Change<DeploymentState>; resolution: Resolution<DeploymentState> }> {
    const reading = await only(options, door)
    const resolution = await deployment.resolve(options, reading, { release: { given } }, door)
    if (resolution.kind !== 'change') throw new Error(JSON.stringify(resolution))
    return { change: changeOf(reading, resolution.to, resolution.toLabel), resolution }
  }

  function changeOf(
    reading: Reading<DeploymentState>,
    to: DeploymentState | null,
    toLabel: string,
  ): Change<DeploymentState> {
    if (reading.seen.status !== 'present') throw new Error(JSON.stringify(reading))
    const { state, label } = reading.seen
    return { surface: reading.surface, from: state, to, fromLabel: label, toLabel, onUndo: 'restore' }
  }

  async function settled(
    options: DeploymentOptions,
    change: Change<DeploymentState>,
    receipt: Awaited<ReturnType<typeof deployment.apply>>,
  ): Promise<string> {
    const door = testDoor()
    for (;;) {
      const seen = await deployment.observe(options, change.surface, door)
      const { state, words } = deployment.progress(seen, change.to, receipt)
      if (state !== 'moving') return `${state}: ${words}`
      await sleep(50)
    }
  }

  async function failureOf(promise: Promise<unknown>): Promise<EffectFailure> {
    const error: unknown = await promise.catch((thrown: unknown) => thrown)
    if (!(error instanceof EffectFailure)) throw new Error(`not an EffectFailure: ${String(error)}`)
    return error
  }

  test('goes back to a commit, to the end of the rollout, and back again', async () => {
    const namespace = space()
    await deployed(namespace, `acme/api:sha-${GOOD.slice(0, 7)}`, `acme/api:sha-${BAD}`)
    const options = optionsFor(namespace)
    const { change, resolution } = await planned(options, GOOD)
    expect(change.surface.id).toBe(`kubernetes:${new URL(cluster.server).host}/${namespace}/deployment/api`)
    expect(change.toLabel).toBe('revision 1, api:sha-900d900')
    expect(resolution).toMatchObject({
      reversible: true,
      checks: [{ how: 'server' }, { how: 'server' }, { what: 'dry run', how: 'server' }],
      details: [
        '- containers[app].image: acme/api:sha-b0b0b0b',
        '+ containers[app].image: acme/api:sha-900d900',
      ],
    })
    expect(await imageOf(namespace)).toBe(`acme/api:sha-${BAD}`)

    const door = testDoor()
    const receipt = await deployment.apply(options, change, door)
    expect(door.writes).toHaveLength(1)
    expect(await settled(options, change, receipt)).toBe(
      'reached: successfully rolled out, 1 of 1 replicas available',
    )
    expect(await cluster.waitForRollout(namespace, 'api')).toBe(true)
    expect(await imageOf(namespace)).toBe('acme/api:sha-900d900')

    // Doing it again finds it done.
    expect(await deployment.apply(options, change, door)).toMatchObject({ already: true })
    expect(door.writes).toHaveLength(1)

    const reading = await only(options)
    const back = await deployment.resolve(options, reading, { state: change.from }, testDoor())
    if (back.kind !== 'change') throw new Error(JSON.stringify(back))
    await deployment.apply(options, changeOf(reading, back.to, back.toLabel), testDoor())
    expect(await imageOf(namespace)).toBe(`acme/api:sha-${BAD}`)
  })

  test('is not stopped by the very rollout that it takes back', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:good', 'acme/api:broken')
    const options = optionsFor(namespace)
    const reading = await only(options)
    expect(reading.busy).toBeUndefined()
    expect(reading.seen).toMatchObject({
      label: expect.stringMatching(/^revision 2, api:broken, rollout in progress: /),
    })
    const { change } = await planned(options, 'good')
    expect(await settled(options, change, await deployment.apply(options, change, testDoor()))).toMatch(
      /^reached/,
    )
  })

  test('does not take the failure of the broken version for its own', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:good')
    const patch = '{"spec":{"progressDeadlineSeconds":2}}'
    await cluster.kubectl('-n', namespace, 'patch', 'deployment', 'api', '-p', patch)
    await cluster.kubectl('-n', namespace, 'set', 'image', 'deployment/api', 'app=acme/api:broken')
    const options = optionsFor(namespace)
    const failed = async (): Promise<boolean> => {
      const { seen } = await only(options)
      return seen.status === 'present' && seen.state.rollout?.failed !== undefined
    }
    expect(await poll(failed, 15_000, 100)).toBe(true)
    const reading = await only(options)
    expect(reading.busy).toBeUndefined()
    expect(reading.seen).toMatchObject({ label: expect.stringContaining('rollout failed: ReplicaSet "api-') })

    const { change } = await planned(options, 'good')
    cluster.kubelet.decide(() => 'pending')
    const down = async (): Promise<boolean> => (await get(namespace, '.status.availableReplicas')) === ''
    expect(await poll(down, 5000, 100)).toBe(true)
    const receipt = await deployment.apply(options, change, testDoor())
    // The condition of the broken version stays until the new pods get on; kubectl gives up here.
    const misled = async (): Promise<boolean> =>
      (await cluster.kubectl('-n', namespace, 'rollout', 'status', 'deployment/api')).stderr.includes(
        'exceeded its progress deadline',
      )
    expect(await poll(misled, 5000, 100)).toBe(true)
    const seen = await deployment.observe(options, change.surface, testDoor())
    expect(deployment.progress(seen, change.to, receipt)).toMatchObject({ state: 'moving' })
    cluster.kubelet.decide(fateByName)
    expect(await settled(options, change, receipt)).toMatch(/^reached/)
  })

  // From one broken version to another: from a complete rollout, the controllers do not always start a deadline.
  test('says that a rollback to a version that does not start has failed, in the words of the platform', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1')
    const patch = '{"spec":{"progressDeadlineSeconds":2}}'
    await cluster.kubectl('-n', namespace, 'patch', 'deployment', 'api', '-p', patch)
    for (const image of ['acme/api:broken-2', 'acme/api:broken-3']) {
      await cluster.kubectl('-n', namespace, 'set', 'image', 'deployment/api', `app=${image}`)
      await numbered(namespace, image)
    }
    const options = optionsFor(namespace)
    const { change } = await planned(options, 'revision:2')
    const receipt = await deployment.apply(options, change, testDoor())
    expect(await settled(options, change, receipt)).toMatch(
      /^failed: ReplicaSet "api-.*" has timed out progressing/,
    )
    expect(await cluster.waitForRollout(namespace, 'api', 3)).toBe(false)
  })

  test('refuses a paused Deployment, as kubectl does', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    await cluster.kubectl('-n', namespace, 'rollout', 'pause', 'deployment/api')
    const reading = await only(options)
    expect(reading).toMatchObject({ seen: { label: expect.stringMatching(/, paused$/) } })
    expect(await deployment.resolve(options, reading, { release: { given: '1' } }, testDoor())).toMatchObject(
      {
        kind: 'denied',
        why: expect.stringContaining('paused'),
        cure: expect.stringMatching(/kubectl .*rollout resume deployment\/api -n t\d+$/),
      },
    )
    const door = testDoor()
    expect(await failureOf(deployment.apply(options, change, door))).toMatchObject({
      code: 'paused',
      applied: 'no',
    })
    expect(door.writes).toEqual([])
  })

  test('names what is kept when the target was pruned or never was here', async () => {
    const namespace = space()
    const base = { namespace, name: 'api', revisionHistoryLimit: 1 }
    for (const image of ['acme/api:1', 'acme/api:2', 'acme/api:3', 'acme/api:4']) {
      await cluster.applyDeployment({ ...base, image })
      await cluster.waitForRollout(namespace, 'api')
    }
    const options = optionsFor(namespace)
    const pruned = async (): Promise<boolean> =>
      (await deployment.versions?.(options, (await only(options)).surface, testDoor()))?.length === 2
    expect(await poll(pruned, 10_000, 100)).toBe(true)
    const reading = await only(options)
    const why =
      'is in none of the revisions that Deployment "api" keeps: revision 4, api:4; revision 3, api:3 (revisionHistoryLimit 1)'
    for (const given of ['1', 'revision:1', 'abcdef1']) {
      expect(await deployment.resolve(options, reading, { release: { given } }, testDoor())).toMatchObject({
        kind: 'missing',
        why: `${given} ${why}`,
        cure: expect.stringMatching(/kubectl .*rollout history deployment\/api/),
      })
    }
    const state = { format: 1, revision: 1, templateHash: 'sha256:gone', images: {} } as const
    expect(await deployment.resolve(options, reading, { state }, testDoor())).toMatchObject({
      kind: 'missing',
    })
    expect(await deployment.resolve(options, reading, { release: { given: '4' } }, testDoor())).toMatchObject(
      {
        kind: 'already',
      },
    )
    const { change } = await planned(options, '3')
    const failure = await failureOf(deployment.apply(options, { ...change, to: { ...state } }, testDoor()))
    expect(failure).toMatchObject({ code: 'missing', applied: 'no' })
  })

  test('lists the revisions, newest first, with what they are called', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:v1.4.2')
    await cluster.kubectl(
      '-n',
      namespace,
      'annotate',
      'deployment/api',
      'kubernetes.io/change-cause=release 1.4.2',
    )
    await cluster.kubectl('-n', namespace, 'set', 'image', 'deployment/api', `app=acme/api:main-${BAD}`)
    await numbered(namespace, `acme/api:main-${BAD}`)
    const options = optionsFor(namespace)
    const listed = await deployment.versions?.(options, (await only(options)).surface, testDoor())
    expect(listed).toMatchObject([
      { names: ['revision:2'], release: { sha: BAD }, live: true },
      { names: ['revision:1'], release: { given: 'v1.4.2', tag: 'v1.4.2' }, live: false },
    ])
    expect(listed?.[1]?.why).toMatch(/^revision 1, image acme\/api:v1\.4\.2/)
  })

  test('refuses when somebody else deployed between plan and change', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    await cluster.kubectl('-n', namespace, 'set', 'image', 'deployment/api', 'app=acme/api:3')
    const door = testDoor()
    expect(await failureOf(deployment.apply(options, change, door))).toMatchObject({
      code: 'stale',
      applied: 'no',
      found: 'its pods now run acme/api:3',
    })
    expect(door.writes).toEqual([])
  })

  test('refuses when somebody else deploys in the last moment', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const door = testDoor()
    door.beforeWrite = async () => {
      door.beforeWrite = undefined
      await cluster.kubectl('-n', namespace, 'set', 'image', 'deployment/api', 'app=acme/api:3')
    }
    expect(await failureOf(deployment.apply(options, change, door))).toMatchObject({
      code: 'stale',
      applied: 'no',
    })
    expect(door.writes).toHaveLength(1)
    expect(await imageOf(namespace)).toBe('acme/api:3')
  })

  test('goes on when the Deployment is scaled between look and change, and keeps the scale', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const door = testDoor()
    door.beforeWrite = async () => {
      door.beforeWrite = undefined
      await cluster.kubectl('-n', namespace, 'scale', 'deployment/api', '--replicas=3')
    }
    const receipt = await deployment.apply(options, change, door)
    expect(door.writes.length).toBeGreaterThan(1)
    expect(await settled(options, change, receipt)).toBe(
      'reached: successfully rolled out, 3 of 3 replicas available',
    )
    expect(await imageOf(namespace)).toBe('acme/api:1')
  })

  test('does not know whether it was done when the answer is lost, and finds out by trying again', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const door = testDoor()
    door.lose = true
    expect(await failureOf(deployment.apply(options, change, door))).toMatchObject({
      applied: 'unknown',
      retryable: true,
    })
    door.lose = false
    expect(await deployment.apply(options, change, door)).toMatchObject({ already: true })
    expect(door.writes).toHaveLength(1)
  })

  test('waits as long as the server asks for, also until a date', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const now = Date.UTC(2026, 10, 22, 3)
    const headers = { 'retry-after': new Date(now + 20_000).toUTCString() }
    const slow = async () => ({ status: 429, headers, body: new Uint8Array(), took: 1 })
    const door = { ...testDoor(), send: slow, now: () => now }
    expect(await failureOf(deployment.apply(options, change, door))).toMatchObject({
      applied: 'no',
      retryable: true,
      retryAfter: 20_000,
    })
  })

  test('tells denied from missing, and says which permission it is', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const admin = optionsFor(namespace)
    const viewer = optionsFor(namespace, { kubeconfig: cluster.viewerKubeconfigPath })
    expect((await only(viewer)).seen).toMatchObject({
      status: 'denied',
      why: expect.stringContaining('User "viewer" cannot get resource "deployments"'),
      cure: expect.stringContaining('auth can-i get deployments.apps/api -n'),
    })
    const grant = async (name: string, verbs: string, resources: string): Promise<void> => {
      const role = ['create', 'role', name, `--verb=${verbs}`, `--resource=${resources}`]
      await cluster.kubectl('-n', namespace, ...role)
      await cluster.kubectl('-n', namespace, 'create', 'rolebinding', name, `--role=${name}`, '--user=viewer')
    }
    await grant('look', 'get', 'deployments.apps')
    const looks = async (): Promise<boolean> => (await only(viewer)).seen.status === 'present'
    expect(await poll(looks, 10_000, 100)).toBe(true)
    const release = { release: { given: '1' } }
    const reading = await only(viewer)
    expect(await deployment.resolve(viewer, reading, release, testDoor())).toMatchObject({
      kind: 'denied',
      cure: expect.stringContaining('auth can-i list replicasets.apps'),
    })
    await grant('list', 'list', 'replicasets.apps')
    const patchDenied = async (): Promise<boolean> => {
      const answer = await deployment.resolve(viewer, reading, release, testDoor())
      return answer.kind === 'denied' && (answer.cure ?? '').includes('auth can-i patch deployments.apps/api')
    }
    expect(await poll(patchDenied, 10_000, 100)).toBe(true)
    const { change } = await planned(admin, '1')
    expect(await failureOf(deployment.apply(viewer, change, testDoor()))).toMatchObject({
      code: 'denied',
      applied: 'no',
    })
    expect((await only(optionsFor(namespace, { name: 'other' }))).seen).toEqual({ status: 'absent' })
  })

  test('takes the version from the runbook where it names one, and from the container that carries it', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:v1', 'acme/api:v2')
    const release = { given: GOOD, sha: GOOD, tag: 'v2' }
    const resolved = async (more: Partial<DeploymentOptions>): Promise<string> => {
      const options = optionsFor(namespace, more)
      const answer = await deployment.resolve(options, await only(options), { release }, testDoor())
      return answer.kind === 'change' ? answer.toLabel : answer.kind
    }
    expect(await resolved({})).toBe('already')
    expect(await resolved({ to: 'v1' })).toBe('revision 1, api:v1')
    expect(await resolved({ to: 'revision:1' })).toBe('revision 1, api:v1')
    expect(await resolved({ to: { revision: 1 } })).toBe('revision 1, api:v1')
    expect(await resolved({ to: 'v2', container: 'app' })).toBe('already')
    expect((await only(optionsFor(namespace, { container: 'sidecar' }))).seen).toEqual({
      status: 'unknown',
      why: 'it has no container "sidecar"',
      cure: 'its containers are app: correct `container:` in the runbook',
    })
  })

  test('hears from the dry run what an admission webhook would say', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const reading = await only(options)
    const answer = () => deployment.resolve(options, reading, { release: { given: '1' } }, testDoor())

    await using webhook = await startWebhook({ message: 'frozen for the holidays' })
    const guard = await webhook.guards(cluster, namespace)
    // The API server takes a moment to know a new webhook.
    expect(await poll(async () => (await answer()).kind === 'denied', 10_000, 100)).toBe(true)
    expect(await answer()).toMatchObject({
      why: expect.stringContaining('webhook "freeze.test.io" denied the request: frozen for the holidays'),
    })
    expect(await failureOf(deployment.apply(options, change, testDoor()))).toMatchObject({
      applied: 'no',
      retryable: false,
      found: expect.stringContaining('frozen for the holidays'),
    })
    // One that cannot be asked stops the change too, and trying again may help.
    await webhook.stop()
    expect(await answer()).toMatchObject({ kind: 'unknown' })
    expect(await failureOf(deployment.apply(options, change, testDoor()))).toMatchObject({
      applied: 'no',
      retryable: true,
    })
    expect(await imageOf(namespace)).toBe('acme/api:2')
    await guard.lift()
    expect(await poll(async () => (await answer()).kind === 'change', 10_000, 100)).toBe(true)
  })

  test('leaves nothing changed by planning', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    // All that a client could have changed; the controllers may still be writing their status.
    const specs = async (): Promise<string> => {
      const path =
        '{range .items[*]}{.metadata.name}{.metadata.generation}{.metadata.annotations}{.spec}{end}'
      return (await cluster.kubectl('-n', namespace, 'get', 'deploy,rs', '-o', `jsonpath=${path}`)).stdout
    }
    const before = await specs()
    const door = testDoor()
    await planned(optionsFor(namespace), '1', door)
    expect(door.writes).toEqual([])
    expect(door.reads).toContain('POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews')
    expect(await specs()).toBe(before)
  })

  test('says who would put it back', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1')
    const options = optionsFor(namespace)
    expect((await only(options)).ownedBy).toBeUndefined()
    const annotate = (what: string, ...marks: string[]) =>
      cluster.kubectl('-n', namespace, what, 'deployment/api', '--overwrite', ...marks)
    await annotate('annotate', `argocd.argoproj.io/tracking-id=shop:apps/Deployment:${namespace}/api`)
    expect((await only(options)).ownedBy).toBe('Argo CD application shop')
    await annotate('annotate', 'argocd.argoproj.io/tracking-id-')
    await annotate(
      'label',
      'kustomize.toolkit.fluxcd.io/name=apps',
      'kustomize.toolkit.fluxcd.io/namespace=flux-system',
    )
    expect((await only(options)).ownedBy).toBe('Flux Kustomization flux-system/apps')
    await annotate('annotate', 'kustomize.toolkit.fluxcd.io/reconcile=disabled')
    expect((await only(options)).ownedBy).toBeUndefined()
  })

  test('follows a rollout to its end', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    const aborter = new AbortController()
    const words: string[] = []
    const door = testDoor()
    const following = deployment.follow?.(options, change.surface, door, aborter.signal)
    if (following === undefined) throw new Error('it cannot be followed')
    let receipt: Awaited<ReturnType<typeof deployment.apply>> | undefined
    for await (const seen of following) {
      receipt ??= await deployment.apply(options, change, testDoor())
      const { state, words: told } = deployment.progress(seen, change.to, receipt)
      words.push(told)
      if (state === 'reached') aborter.abort()
    }
    expect(words.at(-1)).toMatch(/^successfully rolled out/)
    expect(words.length).toBeGreaterThan(2)
    expect(await cluster.waitForRollout(namespace, 'api', 1)).toBe(true)
  })

  test('reads several Deployments at once, each a surface of its own', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1')
    await cluster.applyDeployment({ namespace, name: 'worker', image: 'acme/worker:1' })
    const readings = await deployment.surfaces(
      optionsFor(namespace, { name: ['api', 'worker', 'gone'] }),
      testDoor(),
    )
    expect(readings.map(({ seen }) => seen.status)).toEqual(['present', 'present', 'absent'])
  })

  test('prints commands that do the same', async () => {
    const namespace = space()
    await deployed(namespace, 'acme/api:1', 'acme/api:2')
    const options = optionsFor(namespace)
    const { change } = await planned(options, '1')
    for (const line of deployment.manual(options, change)) {
      expect(await run('sh', ['-c', line])).toMatchObject({ exitCode: 0 })
    }
    expect(await imageOf(namespace)).toBe('acme/api:1')
  })
})
