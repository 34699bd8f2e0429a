import * as z from 'zod/mini'

import type { CommandResult, ReadDoor } from '../../core/doors.ts'
import { formatDuration } from '../../core/duration.ts'
import { parseJson } from '../../core/parse-json.ts'
import { Problem } from '../../core/problem.ts'
import { printable } from '../../core/printable.ts'
import type { Authenticator } from './credentials.ts'
import type { KubeUser } from './kubeconfig.ts'

// A program that the kubeconfig names, which says who we are: `aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`.
// Not by the client library: its ExecAuth starts the program by itself, with our whole environment and without a limit
// of time, so that a plugin that waits for a login would hold up a plan for ever.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins

/** A cloud's command line needs some seconds to start; one that takes longer waits for a person. */
const TIMEOUT = 30_000

/**
 * What such plugins read of our environment, besides what every child gets (PATH, HOME, proxies) and the `env` of the
 * kubeconfig: who one is at AWS, Google (CLOUDSDK_ is gcloud's own), Azure (kubelogin: AAD_, ARM_) or Oracle, also in
 * their machines and runners; and KUBECONFIG, KUBERNETES_…, KUBELOGIN_….
 */
const FAMILIES = ['AWS_', 'GOOGLE_', 'CLOUDSDK_', 'AZURE_', 'AAD_', 'ARM_', 'OCI_', 'KUBE'] as const

const pluginSchema = z.object({
  apiVersion: z.optional(z.string()),
  command: z.string().check(z.minLength(1)),
  args: z.nullish(z.array(z.string())),
  env: z.nullish(z.array(z.object({ name: z.string(), value: z.string() }))),
  installHint: z.nullish(z.string()),
})

type Plugin = z.output<typeof pluginSchema>

const credentialSchema = z.object({
  status: z.object({
    token: z.nullish(z.string()),
    clientCertificateData: z.nullish(z.string()),
    clientKeyData: z.nullish(z.string()),
    expirationTimestamp: z.nullish(z.string()),
  }),
})

type Credential = z.output<typeof credentialSchema>['status']

/** Asks the plugin of the user it is given, and again when what that gave has expired. */
export function execAuthenticator(read: ReadDoor, timeout = TIMEOUT): Authenticator {
  let known: Credential | undefined
  return {
    async applyAuthentication(user, options) {
      if (known === undefined || isExpired(known, read.now()))
        known = await ask(pluginOf(user), read, timeout)
      const { token, clientCertificateData, clientKeyData } = known
      if (token) options.headers = { authorization: `Bearer ${token}` }
      if (clientCertificateData) options.cert = clientCertificateData
      if (clientKeyData) options.key = clientKeyData
    },
  }
}

function isExpired({ expirationTimestamp }: Credential, now: number): boolean {
  return Date.parse(expirationTimestamp ?? '') <= now
}

function pluginOf({ exec, authProvider }: KubeUser): Plugin {
  // The client library also knows it as an auth provider of this name.
  const parsed = pluginSchema.safeParse(exec ?? authProvider?.config?.exec)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem({
    code: 'kubeconfig-invalid',
    message: 'the `exec` of the user cannot be used',
    found: `${issue?.path.join('.')}: ${issue?.message}`,
    cure: 'see it with: kubectl config view --minify',
  })
}

async function ask(plugin: Plugin, read: ReadDoor, timeout: number): Promise<Credential> {
  const { apiVersion, command, args, env } = plugin
  // Some refuse to work when they are not told who asks. Nobody can answer a question of theirs.
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } }
  const result = await read.look({
    argv: [command, ...(args ?? [])],
    env: {
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    inherit: FAMILIES,
    timeout,
  })
  if (result.exitCode !== 0) throw failed(plugin, result, timeout)
  const answer = credentialSchema.safeParse(parseJson(result.stdout))
  if (answer.success) return answer.data.status
  // Its output may hold the token: it is never shown.
  throw new Problem({
    code: 'kubernetes-authentication',
    message: `${programOf(plugin)} gave an answer that is no ExecCredential`,
    cure: `Run it by hand, and look at what it prints: ${programOf(plugin)}`,
  })
}

function failed(plugin: Plugin, result: CommandResult, timeout: number): Problem {
  const program = programOf(plugin)
  const said = printable(result.stderr.trim().slice(-300), 300)
  const how = result.ended ?? `exit code ${result.exitCode}`
  return new Problem({
    code: 'kubernetes-authentication',
    message: `${program}: ${how}`,
    found: said === '' ? undefined : said,
    cure: cureOf(plugin, result, timeout),
  })
}

function cureOf(plugin: Plugin, { started, exitCode }: CommandResult, timeout: number): string {
  const program = programOf(plugin)
  if (!started)
    return plugin.installHint
      ? printable(plugin.installHint, 300)
      : `Install ${program}, or write its whole path into the kubeconfig`
  if (exitCode === undefined)
    return `It has ${formatDuration(timeout)}, and nobody who could answer it: log in first (kubectl get pods), then plan again`
  return `Log in again, and try it with: kubectl auth can-i --list. It gets PATH, HOME, proxies, ${FAMILIES.join('*, ')}*; whatever else it needs stands in \`env\` of the kubeconfig's exec`
}

function programOf({ command }: Plugin): string {
  return command.split(/[/\\]/).at(-1) ?? command
}
