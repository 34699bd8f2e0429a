import { readFile } from 'node:fs/promises'

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { deployment } from '../../../src/platforms/kubernetes/deployment.ts'
import { type KubernetesApi, kubernetesApi } from '../../helpers/kubernetes-api.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { describeWith } from '../../helpers/need.ts'
import { poll } from '../../helpers/process.ts'
import { testDoor } from './doors.ts'

// Two identical Deployments live through the same history. Each time it says "rollback", one goes back by us, the other
// by `kubectl rollout undo`; they must stay identical.

type Step =
  | { change: 'image'; tag: number }
  | { change: 'env'; name: string; value: string | null }
  | { change: 'annotation'; name: string; value: string | null }
  | { change: 'podLabel'; value: string | null }
  | { change: 'podAnnotation'; value: string }
  | { change: 'minReadySeconds'; value: number }
  | { change: 'rollback'; revision: number }

const text = fc.constantFrom('a', 'b', 'c')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ change: fc.constant('image'), tag: fc.integer({ min: 1, max: 4 }) }) },
  fc.record({ change: fc.constant('env'), name: fc.constantFrom('X', 'Y'), value: fc.option(text) }),
  fc.record({
    change: fc.constant('annotation'),
    name: fc.constantFrom('kubernetes.io/change-cause', 'team', 'deployment.kubernetes.io/max-replicas'),
    value: fc.option(text),
  }),
  fc.record({ change: fc.constant('podLabel'), value: fc.option(text) }),
  fc.record({ change: fc.constant('podAnnotation'), value: text }),
  fc.record({ change: fc.constant('minReadySeconds'), value: fc.integer({ min: 0, max: 2 }) }),
  {
    weight: 4,
    arbitrary: fc.record({ change: fc.constant('rollback'), revision: fc.integer({ min: 1, max: 6 }) }),
  },
)

describeWith(KUBERNETES_PROGRAMS, 'kubernetes.deployment beside kubectl', () => {
  let cluster: TestKubernetes
  let api: KubernetesApi
  beforeAll(async () => {
    cluster = await startKubernetes()
    api = await apiOf(cluster)
  })
  afterAll(async () => {
    api.close()
    await cluster.stop()
  })

  test('leaves what `kubectl rollout undo` leaves, over random histories', async () => {
    let pairs = 0
    const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      pairs++
      const [ours, kubectls] = [`ours-${pairs}`, `kubectls-${pairs}`]
      await Promise.all([create(api, ours), create(api, kubectls)])
      for (const one of steps) {
        await (one.change === 'rollback'
          ? bothRollBack(cluster, ours, kubectls, one.revision)
          : Promise.all(
              [ours, kubectls].map((namespace) => api.ask('PATCH', pathOf(namespace), patchOf(one))),
            ))
        await Promise.all([observed(api, ours), observed(api, kubectls)])
        expect(await picture(api, ours)).toEqual(await picture(api, kubectls))
      }
    })
    await fc.assert(property, { seed: 20261122, numRuns: 15, endOnFailure: true })
  }, 60_000)
})

/** Both do it, both have nothing to do, or both refuse; and say so. */
async function bothRollBack(
  cluster: TestKubernetes,
  ours: string,
  kubectls: string,
  revision: number,
): Promise<void> {
  const undo = ['rollout', 'undo', 'deployment/twin', `--to-revision=${revision}`]
  const [kind, { exitCode, stdout }] = await Promise.all([
    rollBack(cluster, ours, revision),
    cluster.kubectl('-n', kubectls, ...undo),
  ])
  const skipped = stdout.includes('skipped rollback')
  expect(kind).toBe(exitCode === 0 ? (skipped ? 'already' : 'change') : 'missing')
}

async function rollBack(cluster: TestKubernetes, namespace: string, revision: number): Promise<string> {
  const door = testDoor()
  const options = deployment.options.parse({
    kubeconfig: cluster.kubeconfigPath,
    namespace,
    name: 'twin',
    to: { revision },
  })
  const [reading] = await deployment.surfaces(options, door)
  if (reading?.seen.status !== 'present') throw new Error(JSON.stringify(reading))
  const { surface, seen } = reading
  const resolution = await deployment.resolve(options, reading, { release: { given: 'ignored' } }, door)
  if (resolution.kind === 'change') {
    const change = { surface, from: seen.state, to: resolution.to, fromLabel: '', toLabel: '' }
    await deployment.apply(options, { ...change, onUndo: 'restore' }, door)
  }
  return resolution.kind
}

function patchOf(one: Exclude<Step, { change: 'rollback' }>): object {
  const container = (fields: object): object => ({
    spec: { template: { spec: { containers: [{ name: 'app', ...fields }] } } },
  })
  switch (one.change) {
    case 'image':
      return container({ image: `acme/twin:${one.tag}` })
    case 'env':
      return container({
        env: [
          one.value === null ? { name: one.name, $patch: 'delete' } : { name: one.name, value: one.value },
        ],
      })
    case 'annotation':
      return { metadata: { annotations: { [one.name]: one.value } } }
    case 'podLabel':
      return { spec: { template: { metadata: { labels: { tier: one.value } } } } }
    case 'podAnnotation':
      return { spec: { template: { metadata: { annotations: { 'checksum/config': one.value } } } } }
    case 'minReadySeconds':
      return { spec: { minReadySeconds: one.value } }
  }
}

/** Without pods: the controllers number revisions all the same, and nobody has to wait for a rollout. */
async function create(api: KubernetesApi, namespace: string): Promise<void> {
  await api.ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const labels = { app: 'twin' }
  await api.ask('POST', pathOf(namespace, ''), {
    metadata: { name: 'twin', annotations: { team: 'shop' } },
    spec: {
      replicas: 0,
      // Never reached: which of two revisions made in one second is pruned first is a matter of chance.
      revisionHistoryLimit: 20,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'acme/twin:0', ports: [{ containerPort: 80 }] }] },
      },
    },
  })
  await observed(api, namespace)
}

function pathOf(namespace: string, name = '/twin'): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments${name}`
}

interface Item {
  metadata: {
    name: string
    generation: number
    annotations: Record<string, string>
    labels?: Record<string, string>
    ownerReferences?: object[]
  }
  spec: { template: object; selector: object; [field: string]: unknown }
  status: { observedGeneration?: number; conditions?: object[] }
}

/** Until the controllers have nothing left to do: seen the change, numbered it, pruned the history. */
async function observed(api: KubernetesApi, namespace: string): Promise<void> {
  let last = ''
  const settled = async (): Promise<boolean> => {
    const { metadata, status } = await api.ask<Item>('GET', pathOf(namespace))
    if ((status.observedGeneration ?? 0) < metadata.generation) return false
    const now = JSON.stringify(await picture(api, namespace))
    const same = now === last
    last = now
    return same
  }
  expect(await poll(settled, 10_000, 40)).toBe(true)
}

/** All of the Deployment and its history that a client can set, or that decides about later rollbacks. */
async function picture(api: KubernetesApi, namespace: string): Promise<unknown> {
  const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`
  const [{ metadata, spec }, { items }] = await Promise.all([
    api.ask<Item>('GET', pathOf(namespace)),
    api.ask<{ items: Item[] }>('GET', replicaSets),
  ])
  const part = ({ annotations, labels, name }: Item['metadata']): object => ({ annotations, labels, name })
  const history = items.map((item) => ({ ...part(item.metadata), spec: item.spec }))
  return { ...part(metadata), spec, history }
}

async function apiOf({ server, kubeconfigPath }: TestKubernetes): Promise<KubernetesApi> {
  const config = JSON.parse(await readFile(kubeconfigPath, 'utf8')) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }]
    users: [{ user: { token: string } }]
  }
  const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString()
  return kubernetesApi(server, ca, config.users[0].user.token)
}
