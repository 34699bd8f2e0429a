import type { HttpResponse } from '../../core/doors.ts'
import { isPlainObject, sha256 } from '../../core/json.ts'
import { printable } from '../../core/printable.ts'
import { Problem } from '../../core/problem.ts'
import { jsonOf } from './json.ts'
import { isDigest, type Repository } from './reference.ts'

// What a registry has answered, believed only as far as it can be checked.

const NOT_THE_REGISTRY = 'Check the address, and whether a proxy or a login page stands before the registry'

export interface Described {
  digest: string
  mediaType: string
  /** Of the manifest, in bytes. */
  size: number
}

export interface Manifest extends Described {
  /** Exactly as the registry has them: the digest is of these. */
  bytes: Uint8Array
}

/** The bytes must be what was asked for, and what the registry says they are. */
export function verified(response: HttpResponse, { host, display }: Repository, reference: string): Manifest {
  const digest = sha256(response.body)
  const said = response.headers['docker-content-digest']
  const wanted = isDigest(reference) ? reference : said !== undefined && isDigest(said) ? said : digest
  const mediaType = mediaTypeOf(response)
  if (!isManifest(response.body))
    throw new Problem({
      code: 'registry-page',
      message: `${host} gave something that is no manifest for ${display}`,
      found: printable(new TextDecoder().decode(response.body.subarray(0, 1024)), 100) || 'nothing',
      cure: NOT_THE_REGISTRY,
    })
  if (digest !== wanted || mediaType === undefined)
    throw new Problem({
      code: 'registry-corrupt-manifest',
      message: `${host} gave a manifest of ${display} that is not what it says it is`,
      found: mediaType === undefined ? 'it has no media type' : `${digest} instead of ${wanted}`,
      cure: 'Something between here and the registry changes what it sends, or its storage is damaged',
    })
  return { digest, mediaType, size: response.body.length, bytes: response.body }
}

/** Every kind of manifest and of index has its version; the login page of a proxy, or a cut answer, has not. */
function isManifest(body: Uint8Array): boolean {
  const parsed = jsonOf(body)
  return isPlainObject(parsed) && typeof parsed['schemaVersion'] === 'number'
}

export function mediaTypeOf(response: HttpResponse): string | undefined {
  return response.headers['content-type']?.split(';', 1)[0]?.trim()
}

/** Of the manifest, in bytes, where the header says one. */
export function sizeIn({ headers }: HttpResponse): number | undefined {
  const text = headers['content-length'] ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

export function withoutBytes(manifest: Manifest | undefined): Described | undefined {
  if (manifest === undefined) return undefined
  const { digest, mediaType, size } = manifest
  return { digest, mediaType, size }
}

export function tagsIn(response: HttpResponse, { host, display }: Repository): string[] {
  const parsed = jsonOf(response.body)
  if (!isPlainObject(parsed))
    throw new Problem({
      code: 'registry-page',
      message: `${host} gave something that is no list of the tags of ${display}`,
      cure: NOT_THE_REGISTRY,
    })
  const { tags } = parsed
  // A repository whose last tag was deleted says `null`.
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
}

/** Only the query is taken over: our login must not follow a link to somewhere else. */
export function nextPage(link: string | undefined, { host }: Repository): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(link ?? '')?.[1]
  if (target === undefined || !URL.canParse(target, `https://${host}`)) return undefined
  return `tags/list${new URL(target, `https://${host}`).search}`
}
