import type { RequestOptions } from 'node:https'

import type { ReadDoor, TlsOptions } from '../../core/doors.ts'
import { isPlainObject } from '../../core/json.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import type { KubeContext, KubeUser } from './kubeconfig.ts'

// Who we are, for every request anew: tokens of exec plugins and OIDC expire. Plugins are run by us (exec-plugin.ts).
// The client library knows the rest; each of its parts is loaded only for a user that needs it (OIDC alone costs
// 300 ms). What it does then does not go through our doors: the refresh of an OIDC token is a request of its own, and
// the auth providers gcp and azure, which kubectl has given up for exec plugins, run their command line with execSync:
// one that hangs holds up everything.

export interface Authenticator {
  applyAuthentication(user: KubeUser, options: RequestOptions): Promise<void>
}

interface Identity {
  headers: Record<string, string>
  tls: TlsOptions
}

export interface Credentials {
  identity(): Promise<Identity>
  /** After a 401: forget what was cached. false when there is nothing that could be renewed. */
  renew(): boolean
}

const PROVIDERS: Record<string, (read: ReadDoor) => Promise<Authenticator>> = {
  exec: async (read) => (await import('./exec-plugin.ts')).execAuthenticator(read),
  tokenFile: async () => new (await import('@kubernetes/client-node/dist/file_auth.js')).FileAuth(),
  oidc: async () => new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth(),
  gcp: async () => new (await import('@kubernetes/client-node/dist/gcp_auth.js')).GoogleCloudPlatformAuth(),
  azure: async () => new (await import('@kubernetes/client-node/dist/azure_auth.js')).AzureAuth(),
}

export function credentialsOf({ cluster, user }: KubeContext, read: ReadDoor): Credentials {
  const provider = user === undefined ? undefined : providerOf(user)
  let fixed: Promise<Identity> | undefined
  let authenticator: Promise<Authenticator> | undefined
  let running: Promise<Identity> | undefined

  async function authenticate(): Promise<Identity> {
    const base = await (fixed ??= fixedIdentity(cluster, user, read))
    if (provider === undefined || user === undefined) return base
    const options: RequestOptions = { headers: {} }
    authenticator ??= provider(read)
    try {
      await (await authenticator).applyAuthentication(user, options)
    } catch (error) {
      throw new Problem({
        code: 'kubernetes-authentication',
        message: `Cannot get credentials for the kubeconfig's user "${user.name}"`,
        found: sentenceOf(error).trim() || undefined,
        cure: (error instanceof Problem ? error.cure : undefined) ?? 'try it with: kubectl auth can-i --list',
        cause: error,
      })
    }
    return merged(base, options)
  }

  return {
    // Surfaces are read at once; an exec plugin must run once for all of them.
    identity: () => (running ??= authenticate().finally(() => (running = undefined))),
    renew() {
      const renewable = authenticator !== undefined
      authenticator = undefined
      return renewable
    },
  }
}

function providerOf(user: KubeUser): (typeof PROVIDERS)[string] | undefined {
  if (user.token) return undefined
  if (user.exec) return PROVIDERS['exec']
  if (!isPlainObject(user.authProvider)) return undefined
  const name = String(user.authProvider['name'])
  const provider = PROVIDERS[name]
  if (provider !== undefined) return provider
  throw new Problem({
    code: 'kubernetes-authentication',
    message: `The kubeconfig's user "${user.name}" needs an unknown auth provider`,
    found: name,
    cure: `known are ${Object.keys(PROVIDERS).join(', ')}; most clouds have an exec plugin now`,
  })
}

async function fixedIdentity(
  cluster: KubeContext['cluster'],
  user: KubeUser | undefined,
  read: ReadDoor,
): Promise<Identity> {
  const [ca, cert, key] = await Promise.all([
    pem(cluster.caFile, cluster.caData, read),
    pem(user?.certFile, user?.certData, read),
    pem(user?.keyFile, user?.keyData, read),
  ])
  const skipVerify = cluster.skipTLSVerify ? true : undefined
  return {
    headers: { ...authorization(user), ...impersonation(user) },
    tls: { ca, cert, key, servername: cluster.tlsServerName, skipVerify },
  }
}

async function pem(
  path: string | null | undefined,
  data: string | null | undefined,
  read: ReadDoor,
): Promise<string | undefined> {
  // client-go: data wins over a file.
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  if (!path) return undefined
  const text = await read.file(path)
  if (text !== undefined) return text
  throw new Problem({
    code: 'kubeconfig-invalid',
    message: 'A file that the kubeconfig names does not exist',
    found: path,
  })
}

function authorization(user: KubeUser | undefined): Record<string, string> {
  if (user?.token) return { authorization: `Bearer ${user.token}` }
  if (!user?.username) return {}
  return {
    authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`,
  }
}

function impersonation(user: KubeUser | undefined): Record<string, string> {
  const groups = user?.impersonateGroups ?? []
  if (groups.length > 1) {
    throw new Problem({
      code: 'kubeconfig-invalid',
      message: 'The kubeconfig impersonates several groups; only one can be sent',
      found: groups.join(', '),
      cure: 'use a user with one group in `as-groups`',
    })
  }
  return {
    ...(user?.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {}),
    ...(groups[0] === undefined ? {} : { 'impersonate-group': groups[0] }),
  }
}

function merged(base: Identity, { headers, cert, key }: RequestOptions): Identity {
  const named = isPlainObject(headers) ? headers : {}
  const added = Object.entries(named).map(
    ([name, value]) => [name.toLowerCase(), String(value).trim()] as const,
  )
  return {
    headers: { ...base.headers, ...Object.fromEntries(added) },
    tls: {
      ...base.tls,
      ...(typeof cert === 'string' ? { cert } : {}),
      ...(typeof key === 'string' ? { key } : {}),
    },
  }
}
