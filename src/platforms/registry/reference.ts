import { isLoopback } from '../../io/loopback.ts'

const HUB_NAMES = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])
const HUB_HOST = 'registry-1.docker.io'

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

export interface Repository {
  /** Where requests go: `ghcr.io`, `registry-1.docker.io`, `127.0.0.1:5000`. */
  host: string
  /** `acme/api`, `library/nginx`. */
  name: string
  /** As people and other tools write it: `docker.io/library/nginx`. */
  display: string
}

/** `ghcr.io/acme/api`, `acme/api` (Docker Hub), `nginx` (its library). Returns what is wrong as a sentence. */
export function parseRepository(text: string): Repository | string {
  if (text.includes('://')) return 'is a URL: write host/name, such as ghcr.io/acme/api'
  if (text.includes('@')) return 'holds a digest: write only host/name here, and the digest in `to`'
  const slash = text.indexOf('/')
  const first = slash === -1 ? '' : text.slice(0, slash)
  const hasHost = /[.:]/.test(first) || first === 'localhost'
  const host = hasHost ? first : 'docker.io'
  const rest = hasHost ? text.slice(slash + 1) : text
  if (rest.includes(':')) return 'holds a tag: write only host/name here, and the tag in `tag`'
  if (!HOST.test(host)) return `is not a repository: "${host}" is not a host`
  if (!NAME.test(rest)) {
    return /[A-Z]/.test(rest)
      ? 'is not a repository: its name is in small letters'
      : 'is not a repository: write host/name, such as ghcr.io/acme/api'
  }
  if (!HUB_NAMES.has(host)) return { host, name: rest, display: `${host}/${rest}` }
  const name = rest.includes('/') ? rest : `library/${rest}`
  return { host: HUB_HOST, name, display: `docker.io/${name}` }
}

export function isTag(text: string): boolean {
  return TAG.test(text)
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

/** As docker has it: a registry on this machine speaks plain http unless it is said otherwise. */
export function isPlain({ host }: Repository, insecure: boolean | undefined): boolean {
  return insecure ?? isLoopback(host.replace(/:\d+$/, ''))
}
