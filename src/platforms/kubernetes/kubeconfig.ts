import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'

import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js'

import type { ReadDoor } from '../../core/doors.ts'
import { isPlainObject } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import type { ClusterOptions } from './options.ts'

// Which cluster and which user. The client library's own reader (config.js) costs 300 ms to import, as it brings the
// whole generated API; we use its parts. Merging follows client-go: the first file that names something wins.

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What a kubeconfig says about the user, the library's names; plus what its reader leaves out. */
export type KubeUser = User & { impersonateGroups?: string[] | undefined }

export interface KubeContext {
  /** undefined inside a cluster. */
  name: string | undefined
  cluster: Cluster
  user: KubeUser | undefined
  namespace: string
}

/** Throws a `Problem` that says which file or name is at fault. */
export async function loadContext(options: ClusterOptions, read: ReadDoor): Promise<KubeContext> {
  const files = await readFiles(options, read)
  if (files.length === 0) return await inCluster(read)
  const parsed = await Promise.all(files.map(parseFile))
  const name = options.context ?? parsed.map((file) => file.current).find((current) => current !== undefined)
  if (name === undefined)
    throw problem('no context is chosen', files, 'set `context:`, or run: kubectl config use-context NAME')
  const context = byName(
    parsed.flatMap((file) => file.contexts),
    name,
  )
  if (context === undefined)
    throw problem(`there is no context "${name}"`, files, 'see the names with: kubectl config get-contexts')
  const cluster = byName(
    parsed.flatMap((file) => file.clusters),
    context.cluster,
  )
  if (cluster === undefined)
    throw problem(`context "${name}" names a cluster "${context.cluster}" that is not there`, files)
  const user = byName(
    parsed.flatMap((file) => file.users),
    context.user,
  )
  return { name, cluster, user, namespace: context.namespace ?? 'default' }
}

interface Text {
  path: string
  text: string
}

async function readFiles(options: ClusterOptions, read: ReadDoor): Promise<Text[]> {
  if (options.kubeconfig !== undefined) {
    const path = resolve(options.kubeconfig)
    const text = await read.file(path)
    if (text === undefined)
      throw problem('the kubeconfig does not exist', [{ path }], 'correct `kubeconfig:` in the runbook')
    return [{ path, text }]
  }
  const named = (read.env('KUBECONFIG') ?? '').split(delimiter).filter((path) => path !== '')
  const home = read.env('HOME') ?? read.env('USERPROFILE')
  const paths = named.length > 0 || home === undefined ? named : [join(home, '.kube', 'config')]
  const texts = await Promise.all(
    paths.map(async (path) => ({ path: resolve(path), text: await read.file(path) })),
  )
  const found = texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]))
  if (found.length === 0 && named.length > 0)
    throw problem('no file that $KUBECONFIG names exists', texts, 'correct KUBECONFIG')
  return found
}

interface Parsed {
  current: string | undefined
  contexts: Context[]
  clusters: Cluster[]
  users: KubeUser[]
}

async function parseFile({ path, text }: Text): Promise<Parsed> {
  const [{ parse }, { newClusters, newContexts, newUsers }] = await Promise.all([
    import('yaml'),
    import('@kubernetes/client-node/dist/config_types.js'),
  ])
  try {
    const config: unknown = parse(text)
    if (!isPlainObject(config)) throw new Error('it is not a mapping')
    const current = config['current-context']
    const folder = dirname(path)
    return {
      current: typeof current === 'string' && current !== '' ? current : undefined,
      contexts: newContexts(config['contexts']),
      clusters: newClusters(config['clusters']).map((cluster) => absoluteCluster(cluster, folder)),
      users: newUsers(config['users']).map((user, index) =>
        completeUser(user, config['users'], index, folder),
      ),
    }
  } catch (error) {
    // The parser quotes the text around an error, and that may be a token: only its kind is passed on.
    const found = error instanceof Error && error.name !== 'YAMLParseError' ? error.message : 'invalid YAML'
    throw new Problem({
      code: 'kubeconfig-invalid',
      message: `Cannot read the kubeconfig ${path}`,
      found,
      cure: `check it with: kubectl config view --kubeconfig ${path}`,
    })
  }
}

function absoluteCluster(cluster: Cluster, folder: string): Cluster {
  return cluster.caFile === undefined ? cluster : { ...cluster, caFile: absolute(cluster.caFile, folder) }
}

/** Adds what the library's reader does not know: `tokenFile` (it looks for `token-file`) and `as-groups`. */
function completeUser(user: User, raw: unknown, index: number, folder: string): KubeUser {
  const entry: unknown = Array.isArray(raw) ? raw[index] : undefined
  const fields = isPlainObject(entry) && isPlainObject(entry['user']) ? entry['user'] : {}
  const { tokenFile, 'as-groups': groups } = fields
  return {
    ...user,
    ...(user.certFile ? { certFile: absolute(user.certFile, folder) } : {}),
    ...(user.keyFile ? { keyFile: absolute(user.keyFile, folder) } : {}),
    ...(isPlainObject(user.exec) ? { exec: absoluteExec(user.exec, folder) } : {}),
    ...(typeof tokenFile === 'string' ? { authProvider: fileAuth(absolute(tokenFile, folder)) } : {}),
    ...(Array.isArray(groups) ? { impersonateGroups: groups.map(String) } : {}),
  }
}

/** As kubectl: a command with a slash is relative to the kubeconfig, a bare one is looked up in PATH. */
function absoluteExec(exec: Record<string, unknown>, folder: string): Record<string, unknown> {
  const { command } = exec
  return typeof command === 'string' && command.includes('/')
    ? { ...exec, command: absolute(command, folder) }
    : exec
}

function fileAuth(tokenFile: string): { name: string; config: { tokenFile: string } } {
  return { name: 'tokenFile', config: { tokenFile } }
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

async function inCluster(read: ReadDoor): Promise<KubeContext> {
  const host = read.env('KUBERNETES_SERVICE_HOST')
  const port = read.env('KUBERNETES_SERVICE_PORT') ?? '443'
  if (host === undefined) {
    throw new Problem({
      code: 'kubeconfig-missing',
      message: 'There is no kubeconfig, and this is not a pod of a cluster',
      cure: 'set KUBECONFIG or `kubeconfig:` in the runbook',
    })
  }
  const namespace = await read.file(`${SERVICE_ACCOUNT}/namespace`)
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    name: undefined,
    cluster: { name: 'in-cluster', server, skipTLSVerify: false, caFile: `${SERVICE_ACCOUNT}/ca.crt` },
    user: { name: 'service-account', authProvider: fileAuth(`${SERVICE_ACCOUNT}/token`) },
    namespace: namespace?.trim() ?? 'default',
  }
}

function byName<T extends { name: string }>(entries: readonly T[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name)
}

function problem(what: string, files: readonly { path: string }[], cure?: string): Problem {
  return new Problem({
    code: 'kubeconfig-invalid',
    message: `Cannot use the kubeconfig: ${what}`,
    found: files.map(({ path }) => path).join(', '),
    cure,
  })
}
