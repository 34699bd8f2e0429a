import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
} from 'fast-check'
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

/** Other histories with every run; the name of the test tells how to have the same ones again. */
const seed = Number(process.env['ROLLBACK_SEED'] ?? randomInt(2 ** 31))

const text = constantFrom('a', 'b', 'c')
const step: Arbitrary<Step> = oneof(
  { weight: 3, arbitrary: record({ change: constant('image'), tag: integer({ min: 1, max: 4 }) }) },
  record({ change: constant('env'), name: constantFrom('X', 'Y'), value: option(text) }),
  record({
    change: constant('annotation'),
    name: constantFrom('kubernetes.io/change-cause', 'team', 'deployment.kubernetes.io/max-replicas'),
    value: option(text),
  }),
  record({ change: constant('podLabel'), value: option(text) }),
  record({ change: constant('podAnnotation'), value: text }),
  record({ change: constant('minReadySeconds'), value: integer({ min: 0, max: 2 }) }),
  {
    weight: 4,
    arbitrary: record({ change: constant('rollback'), revision: integer({ min: 1, max: 6 }) }),
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

  test(`leaves what \`kubectl rollout undo\` leaves, over random histories (ROLLBACK_SEED=${seed})`, async () => {
    let pairs = 0
    const property = asyncProperty(array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
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
    await assert(property, { seed, numRuns: 10, endOnFailure: true })
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

const container = (fields: object): object => ({
  spec: { template: { spec: { containers: [{ name: 'app', ...fields }] } } },
})

const patches: {
  [Change in Exclude<Step['change'], 'rollback'>]: (step: Extract<Step, { change: Change }>) => object
} = {
  image: ({ tag }) => container({ image: `acme/twin:${tag}` }),
  env: ({ name, value }) =>
    container({ env: [value === null ? { name, $patch: 'delete' } : { name, value }] }),
  annotation: ({ name, value }) => ({ metadata: { annotations: { [name]: value } } }),
  podLabel: ({ value }) => ({ spec: { template: { metadata: { labels: { tier: value } } } } }),
  podAnnotation: ({ value }) => ({
    spec: { template: { metadata: { annotations: { 'checksum/config': value } } } },
  }),
  minReadySeconds: ({ value }) => ({ spec: { minReadySeconds: value } }),
}

function patchOf(one: Exclude<Step, { change: 'rollback' }>): object {
  return (patches[one.change] as (step: Step) => object)(one)
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
