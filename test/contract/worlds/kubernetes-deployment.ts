import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { poll } from '../../helpers/process.ts'
import { stopAll, stoppable } from '../../helpers/stoppable.ts'
import { breakProxy, type EffectFault, isChange, mendProxy, type Speech } from '../faults.ts'
import type { SetStage, SetWorld } from '../world.ts'

/** A control plane behind a proxy that can fail, its audit log, and kubectl past the proxy as the judge. */
export const kubernetesDeployment: SetWorld = {
  kind: 'set',
  needs: KUBERNETES_PROGRAMS,
  looks: {
    refused: 'unknown',
    cut: 'unknown',
    unauthorized: 'denied',
    forbidden: 'denied',
    missing: 'absent',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'unknown',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
  },
  applies: {
    refused: 'no',
    cut: 'unknown',
    unauthorized: 'no',
    forbidden: 'no',
    missing: 'no',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'no',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  async start() {
    const cluster = await startKubernetes({ audit: true })
    const file = (name: string) => readFile(join(cluster.folder, name), 'utf8')
    const [key, cert, direct] = await Promise.all([
      file('server.key'),
      file('server.crt'),
      file('kubeconfig'),
    ])
    const proxy = await startFaultProxy(cluster.server, { tls: { key, cert } })
    const kubeconfig = join(cluster.folder, 'kubeconfig-through-proxy')
    await writeFile(kubeconfig, direct.replaceAll(cluster.server, proxy.url))
    let stages = 0
    return stoppable({ stage: () => stageIn(cluster, proxy, kubeconfig, `contract-${++stages}`) }, () =>
      stopAll([cluster, proxy]),
    )
  },
}

const OLD = 'acme/api:1111111'
const NEW = 'acme/api:2222222'
const OTHER = 'acme/api:3333333'

async function stageIn(
  cluster: TestKubernetes,
  proxy: FaultProxy,
  kubeconfig: string,
  namespace: string,
): Promise<SetStage> {
  const name = 'api'
  const judge = async (): Promise<string> => {
    const path = '{.spec}{.metadata.annotations.kubernetes\\.io/change-cause}'
    const where = ['-n', namespace, 'get', 'deployment', name]
    return (await cluster.kubectl(...where, '-o', `jsonpath=${path}`)).stdout
  }
  await cluster.applyDeployment({ namespace, name, image: OLD, annotations: cause('the old one') })
  await hasRolledOut(cluster, namespace, name)
  const wanted = await judge()
  await cluster.applyDeployment({ namespace, name, image: NEW, annotations: cause('the new one') })
  await hasRolledOut(cluster, namespace, name)
  let broken: EffectFault | undefined

  return {
    options: { kubeconfig, cluster: 'test', namespace, name },
    secrets: { CLUSTER_TOKEN: cluster.adminToken },
    release: { given: '1111111' },
    wanted,
    judge,
    async meddle() {
      await cluster.kubectl('-n', namespace, 'set', 'image', `deployment/${name}`, `app=${OTHER}`)
    },
    async changes() {
      const here = (await cluster.auditEvents()).filter(({ requestURI }) =>
        requestURI.includes(`/${namespace}/`),
      )
      return here
        .filter(({ verb, requestURI }) => !LOOKS.has(verb) && !requestURI.includes('dryRun=All'))
        .map(({ verb, requestURI }) => `${verb} ${requestURI}`)
    },
    async breakWith(fault, what) {
      broken = fault
      await breakProxy(proxy, fault, SPEECH, what === 'changes' ? isChange : undefined)
    },
    async mend() {
      if (broken !== undefined) await mendProxy(proxy, broken)
      broken = undefined
    },
  }
}

const LOOKS = new Set(['get', 'list', 'watch'])

function cause(text: string): Record<string, string> {
  return { 'kubernetes.io/change-cause': text }
}

async function hasRolledOut(cluster: TestKubernetes, namespace: string, name: string): Promise<void> {
  const numbered = () => cluster.waitForRollout(namespace, name)
  if (!(await poll(numbered, 20_000))) throw new Error(`${name} did not roll out`)
}

const REASONS = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 500: 'InternalError' } as const

const SPEECH: Speech = (status) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'in the words of the cluster',
    reason: REASONS[status],
    code: status,
  }),
})
