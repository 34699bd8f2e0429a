import type { HttpRequest, HttpResponse, ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { shellLine } from '../../core/shell.ts'
import { type Credentials, credentialsOf } from './credentials.ts'
import { loadContext } from './kubeconfig.ts'
import type { ClusterOptions } from './options.ts'

/** Lists carry `managedFields` of every ReplicaSet. */
const LONGEST_ANSWER = 32 * 1024 * 1024

/** An open way to one cluster, as one user. */
export interface Cluster {
  /** The same on every machine: the server's address, or the runbook's own name for it. */
  id: string
  namespace: string
  server: string
  credentials: Credentials
}

const opened = new WeakMap<ReadDoor, Map<string, Promise<Cluster>>>()

/** Opened once for each door: an exec plugin may take a second, and every poll would wait for it. */
export function openCluster(options: ClusterOptions, read: ReadDoor): Promise<Cluster> {
  const clusters = opened.get(read) ?? new Map<string, Promise<Cluster>>()
  opened.set(read, clusters)
  const key = JSON.stringify([options.kubeconfig, options.context, options.cluster, options.namespace])
  const known = clusters.get(key)
  if (known !== undefined) return known
  const cluster = connect(options, read)
  clusters.set(key, cluster)
  // A failure is not kept: the file may be there at the next try.
  cluster.catch(() => clusters.delete(key))
  return cluster
}

async function connect(options: ClusterOptions, read: ReadDoor): Promise<Cluster> {
  const context = await loadContext(options, read)
  const { server, proxyUrl } = context.cluster
  if (proxyUrl !== undefined) {
    throw new Problem({
      code: 'kubeconfig-unsupported',
      message: `The kubeconfig reaches cluster "${context.cluster.name}" through a proxy, which is not supported yet`,
      found: `proxy-url: ${withoutPassword(proxyUrl)}`,
      cure: 'open a tunnel, and use a context whose server is its local end',
    })
  }
  return {
    id: options.cluster ?? addressOf(server),
    namespace: options.namespace ?? context.namespace,
    server: server.replace(/\/$/, ''),
    credentials: credentialsOf(context, read),
  }
}

/** One request, with the identity of this moment; once more with a fresh one when the server does not accept it. */
export async function request(
  cluster: Cluster,
  send: (request: HttpRequest) => Promise<HttpResponse>,
  asked: Omit<HttpRequest, 'url' | 'tls'> & { path: string },
): Promise<HttpResponse> {
  const response = await send(await requestOf(cluster, asked))
  if (response.status !== 401 || !cluster.credentials.renew()) return response
  // A 401 comes before anything else is looked at: nothing was done.
  return await send(await requestOf(cluster, asked))
}

export async function requestOf(
  cluster: Cluster,
  { path, headers, ...rest }: Omit<HttpRequest, 'url' | 'tls'> & { path: string },
): Promise<HttpRequest> {
  const identity = await cluster.credentials.identity()
  return {
    limit: LONGEST_ANSWER,
    ...rest,
    url: `${cluster.server}${path}`,
    headers: { accept: 'application/json', ...headers, ...identity.headers },
    tls: identity.tls,
  }
}

/** `kubectl …` for a person, with the runbook's own context. */
export function kubectl(options: ClusterOptions, ...words: string[]): string {
  return shellLine([
    'kubectl',
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
    ...(options.context === undefined ? [] : ['--context', options.context]),
    ...words,
  ])
}

/** Host, port and path: one Rancher or one proxy serves many clusters under one host. */
function addressOf(server: string): string {
  if (!URL.canParse(server)) {
    throw new Problem({
      code: 'kubeconfig-invalid',
      message: "The kubeconfig's server is not a URL",
      found: server,
    })
  }
  const { host, pathname } = new URL(server)
  return `${host}${pathname.replace(/\/$/, '')}`
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
