import type { ReadDoor } from '../../core/doors.ts'
import type { Manifest } from './answers.ts'
import { type Auth, type AuthOptions, createAuth } from './auth.ts'
import type { Repository } from './reference.ts'

// What is known of registries for as long as the process lives.

/** A manifest by its digest never changes. Small, and there are few of them. */
const manifests = new Map<string, Manifest>()
const MANIFESTS = 64

export function rememberedManifest(repository: Repository, digest: string): Manifest | undefined {
  return manifests.get(keyOf(repository, digest))
}

export function rememberManifest(repository: Repository, manifest: Manifest): void {
  const [oldest] = manifests.keys()
  if (manifests.size >= MANIFESTS && oldest !== undefined) manifests.delete(oldest)
  manifests.set(keyOf(repository, manifest.digest), manifest)
}

function keyOf({ host, name }: Repository, digest: string): string {
  return `${host}/${name}@${digest}`
}

/** How a registry wants to be asked is learned once; what the login is, is found once. */
const auths = new Map<string, Auth>()

export function authFor(repository: Repository, options: AuthOptions, read: ReadDoor): Auth {
  const places = ['HOME', 'DOCKER_CONFIG', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR'].map((name) =>
    read.env(name),
  )
  const key = JSON.stringify([repository.host, repository.name, options, places])
  const known = auths.get(key)
  if (known !== undefined) return known
  const auth = createAuth(repository, options)
  auths.set(key, auth)
  return auth
}
