import type { CommandRequest } from '../core/doors.ts'

// What every child process gets of our environment: enough to work, and no secret that it was not given.

const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TERM',
  'NO_COLOR',
  'CI',
  // Agents and sockets that credential helpers, ssh and gpg ask.
  'SSH_AUTH_SOCK',
  'GNUPGHOME',
  'DBUS_SESSION_BUS_ADDRESS',
  // Where tools keep their settings.
  'DOCKER_CONFIG',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'REGISTRY_AUTH_FILE',
  'KUBECONFIG',
  // The way out, and whom to trust on it.
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  // Windows cannot start programs without these.
  'SystemRoot',
  'SYSTEMROOT',
  'PATHEXT',
  'COMSPEC',
  'ComSpec',
  'Path',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
])

const FAMILIES = ['LC_', 'XDG_', 'HELM_']

export function childEnv(
  ours: NodeJS.ProcessEnv,
  { env = {}, inherit = [] }: Pick<CommandRequest, 'env' | 'inherit'>,
): Record<string, string> {
  const families = [...FAMILIES, ...inherit]
  const passed = Object.entries(ours).flatMap(([name, value]) => {
    const isPassed = NAMES.has(name) || families.some((family) => name.startsWith(family))
    return value !== undefined && isPassed ? [[name, value] as const] : []
  })
  return { ...Object.fromEntries(passed), ...env }
}
