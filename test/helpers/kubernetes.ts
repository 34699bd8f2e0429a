import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { tempFolder } from './folder.ts'
import { type Kubelet, startKubelet } from './kubelet.ts'
import { HELPER_AGENT, type KubernetesApi, kubernetesApi } from './kubernetes-api.ts'
import { type Finished, freePort, mustRun, run, startDaemon } from './process.ts'
import { type Stoppable, stopAll, stoppable } from './stoppable.ts'

/**
 * What `describeWith` has to ask for. The two kube-* binaries are looked for in KUBEBUILDER_ASSETS
 * (envtest's convention); this helper never unpacks them itself, `.ci/run` does.
 */
export const KUBERNETES_PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'openssl',
] as const

/** A loaded machine takes long to start it; its clean end would take another second. */
const PATIENT = { readyWithinMs: 60_000, stopSignal: 'SIGKILL' } as const

const ADMIN_TOKEN = 'admintoken'
const VIEWER_TOKEN = 'viewertoken'
const CONTROLLERS = 'deployment,replicaset,statefulset,daemonset,garbagecollector,namespace'

export interface TestKubernetes extends Stoppable {
  /** Temporary; a test may put its manifests here. */
  readonly folder: string
  readonly server: string
  /** Everything is allowed. */
  readonly kubeconfigPath: string
  /** User `viewer`: nothing is allowed until a test grants it (`kubectl create role`, `rolebinding`). */
  readonly viewerKubeconfigPath: string
  readonly adminToken: string
  readonly viewerToken: string
  readonly kubelet: Kubelet
  /** As admin. The exit code is part of the answer. */
  kubectl(...args: readonly string[]): Promise<Finished>
  /** `kubectl apply` of a Deployment with one container `app`; the namespace is made when it is missing. */
  applyDeployment(deployment: DeploymentSketch): Promise<void>
  /** The judge: does `kubectl rollout status` say that it has rolled out? */
  waitForRollout(namespace: string, name: string, withinSeconds?: number): Promise<boolean>
  /** What clients asked of the API server, oldest first; needs `audit: true`. */
  auditEvents(): Promise<readonly AuditEvent[]>
}

interface DeploymentSketch {
  readonly namespace: string
  readonly name: string
  readonly image: string
  readonly replicas?: number
  readonly progressDeadlineSeconds?: number
  readonly revisionHistoryLimit?: number
  readonly annotations?: Readonly<Record<string, string>>
}

interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly userAgent?: string
  readonly responseStatus?: { readonly code: number }
}

/**
 * A real control plane (etcd, API server, controllers) on loopback, with a stand-in for the node. It takes
 * seconds to start: start one for a test file, and give each test its own namespace.
 */
export async function startKubernetes({ audit = false }: { audit?: boolean } = {}): Promise<TestKubernetes> {
  const folder = await tempFolder('kubernetes')
  const started: Stoppable[] = [folder]
  try {
    const files = await writeFiles(folder.path)
    const server = `https://127.0.0.1:${files.port}`
    const api = kubernetesApi(server, files.certificate, ADMIN_TOKEN)
    started.push(stoppable({}, async () => api.close()))
    await startControlPlane(files, api, audit, started)
    const kubelet = startKubelet(api)
    started.push(kubelet)
    return stoppable(
      {
        folder: folder.path,
        server,
        kubeconfigPath: files.kubeconfig,
        viewerKubeconfigPath: files.viewerKubeconfig,
        adminToken: ADMIN_TOKEN,
        viewerToken: VIEWER_TOKEN,
        kubelet,
        ...judges(files.kubeconfig, files.at('kubectl-cache')),
        auditEvents: () => readAudit(files.auditLog),
      },
      () => stopAll(started),
    )
  } catch (error) {
    await stopAll(started)
    throw error
  }
}

type Files = Awaited<ReturnType<typeof writeFiles>>

async function writeFiles(folder: string) {
  const at = (name: string): string => join(folder, name)
  const port = await freePort()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = await makeCertificate(at('server.key'), at('server.crt'))
  await Promise.all([
    writeFile(at('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' })),
    writeFile(at('tokens.csv'), `${ADMIN_TOKEN},admin,admin,system:masters\n${VIEWER_TOKEN},viewer,viewer\n`),
    writeFile(at('audit-policy.yaml'), AUDIT_POLICY),
    writeFile(at('kubeconfig'), kubeconfig(port, certificate, ADMIN_TOKEN)),
    writeFile(at('viewer-kubeconfig'), kubeconfig(port, certificate, VIEWER_TOKEN)),
  ])
  return {
    at,
    port,
    certificate,
    kubeconfig: at('kubeconfig'),
    viewerKubeconfig: at('viewer-kubeconfig'),
    auditLog: at('audit.log'),
  }
}

const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', users: ['system:apiserver'] },
    { level: 'Metadata', users: ['admin', 'viewer'] },
  ],
})

/** Our own certificate: the API server takes a second longer when it has to make one. */
async function makeCertificate(keyPath: string, path: string): Promise<string> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
  await mustRun('openssl', ['req', '-x509', ...curve, ...names, '-keyout', keyPath, '-out', path])
  return readFile(path, 'utf8')
}

function kubeconfig(port: number, certificate: string, token: string): string {
  const ca = Buffer.from(certificate).toString('base64')
  const server = `https://127.0.0.1:${port}`
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}

async function startControlPlane(
  files: Files,
  api: KubernetesApi,
  audit: boolean,
  started: Stoppable[],
): Promise<void> {
  const etcd = await startEtcd(files, started)
  started.push(
    await startDaemon(
      'kube-apiserver',
      [...apiServerFlags(files, etcd), ...(audit ? auditFlags(files) : [])],
      {
        ready: async () => (await api.ask('GET', '/readyz')) === 'ok',
        ...PATIENT,
      },
    ),
  )
  await addNode(api)
  started.push(
    await startDaemon(
      'kube-controller-manager',
      [
        `--kubeconfig=${files.kubeconfig}`,
        `--controllers=${CONTROLLERS}`,
        '--leader-elect=false',
        // The default of 20 requests a second is for clusters, not for tests that wait.
        '--kube-api-qps=200',
        '--kube-api-burst=400',
        '--port=0',
        '--secure-port=0',
      ],
      { ready: canary(api), ...PATIENT },
    ),
  )
}

async function startEtcd(files: Files, started: Stoppable[]): Promise<string> {
  const [client, peer] = await Promise.all([freePort(), freePort()])
  const clientUrl = `http://127.0.0.1:${client}`
  const peerUrl = `http://127.0.0.1:${peer}`
  const daemon = await startDaemon(
    'etcd',
    [
      `--data-dir=${files.at('etcd')}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
    ],
    { ready: async () => (await fetch(`${clientUrl}/health`)).ok },
  )
  started.push(daemon)
  return clientUrl
}

function apiServerFlags(files: Files, etcd: string): string[] {
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${files.port}`,
    `--tls-cert-file=${files.at('server.crt')}`,
    `--tls-private-key-file=${files.at('server.key')}`,
    `--service-account-key-file=${files.at('sa.key')}`,
    `--service-account-signing-key-file=${files.at('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${files.at('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
  ]
}

function auditFlags(files: Files): string[] {
  return [
    `--audit-policy-file=${files.at('audit-policy.yaml')}`,
    `--audit-log-path=${files.auditLog}`,
    '--audit-log-mode=blocking',
  ]
}

/** Without a node a DaemonSet has nothing to do, and a new node is tainted until a kubelet reports. */
async function addNode(api: KubernetesApi): Promise<void> {
  await api.ask('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } })
  await api.ask('PATCH', '/api/v1/nodes/node-1', { spec: { taints: null } })
}

/** A running process is not yet a reconciling one: ready when a Deployment of ours has been looked at. */
function canary(api: KubernetesApi): () => Promise<boolean> {
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const spec = deploymentSpec({ name: 'canary', image: 'canary', replicas: 0 })
  let created = false
  return async () => {
    if (!created) await api.ask('POST', path, { metadata: { name: 'canary' }, spec })
    created = true
    const { status } = await api.ask<{ status: { observedGeneration?: number } }>('GET', `${path}/canary`)
    if (status.observedGeneration === undefined) return false
    await api.ask('DELETE', `${path}/canary`)
    return true
  }
}

function deploymentSpec(sketch: Omit<DeploymentSketch, 'namespace'>): object {
  const labels = { app: sketch.name }
  return {
    replicas: sketch.replicas ?? 1,
    progressDeadlineSeconds: sketch.progressDeadlineSeconds ?? 600,
    revisionHistoryLimit: sketch.revisionHistoryLimit ?? 10,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: sketch.image }] } },
  }
}

function judges(
  kubeconfigPath: string,
  cache: string,
): Pick<TestKubernetes, 'kubectl' | 'applyDeployment' | 'waitForRollout'> {
  // Its own cache: the one in the home directory is kept by host and port, and ports come back.
  const flags = [`--kubeconfig=${kubeconfigPath}`, `--cache-dir=${cache}`]
  const kubectl = (...args: readonly string[]): Promise<Finished> => run('kubectl', [...flags, ...args])
  const apply = async (object: object): Promise<void> => {
    await mustRun('kubectl', [...flags, 'apply', '-f', '-'], { input: JSON.stringify(object) })
  }
  const namespaces = new Map<string, Promise<void>>()
  return {
    kubectl,
    async applyDeployment(sketch) {
      const { namespace, name, annotations = {} } = sketch
      // Several may be applied at once into one namespace; only one of them can be the first to make it.
      const made =
        namespaces.get(namespace) ??
        apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      namespaces.set(namespace, made)
      await made
      await apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace, name, annotations },
        spec: deploymentSpec(sketch),
      })
    },
    async waitForRollout(namespace, name, withinSeconds = 20) {
      const timeout = `--timeout=${withinSeconds}s`
      const status = ['-n', namespace, 'rollout', 'status', `deployment/${name}`, timeout]
      return (await kubectl(...status)).exitCode === 0
    },
  }
}

async function readAudit(path: string): Promise<readonly AuditEvent[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(
      ({ userAgent = '' }) => userAgent !== HELPER_AGENT && !userAgent.startsWith('kube-controller-manager'),
    )
}
