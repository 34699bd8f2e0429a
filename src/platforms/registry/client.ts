import type { HttpRequest, HttpResponse, ReadDoor, WriteDoor } from '../../core/contract.ts'
import { isPlainObject, sha256 } from '../../core/json.ts'
import { printable } from '../../core/printable.ts'
import { Problem } from '../../core/problem.ts'
import { jsonOf } from './json.ts'
import { type Access, type Auth, type AuthOptions, createAuth } from './auth.ts'
import { registryError } from './errors.ts'
import { isDigest, isPlain, type Repository } from './reference.ts'
import { isAbsent, isAlreadyThere } from './said.ts'

/** Without the index types a registry hides a multi-arch tag, or answers with one of its images. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const NOT_THE_REGISTRY = 'Check the address, and whether a proxy or a login page stands before the registry'

const TAGS_PAGE = 1000
const TAGS_PAGES = 5
/** Some registries know no pages and give all at once. */
const TAGS_MOST = 50_000
const TAGS_LIMIT = 16 * 1024 * 1024

export interface Described {
  digest: string
  mediaType: string
  /** Of the manifest, in bytes. */
  size: number
}

interface Manifest extends Described {
  /** Exactly as the registry has them: the digest is of these. */
  bytes: Uint8Array
}

export interface Tags {
  /** In the registry's order. */
  tags: string[]
  /** false: there are more, which were not read. */
  complete: boolean
}

export interface RepositoryClient {
  /** What the tag or digest stands for; undefined: it does not exist. */
  head(reference: string): Promise<Described | undefined>
  get(reference: string): Promise<Manifest | undefined>
  /** Its bytes, without asking again when they were seen in this process; it may be gone since. */
  bytesOf(digest: string): Promise<Manifest | undefined>
  /** The first few thousand. */
  tags(): Promise<Tags>
  /** Whether we may write; undefined where only writing would tell. */
  mayPush(): Promise<boolean | undefined>
}

export interface WritingClient extends RepositoryClient {
  /** Returns the digest the registry says it has stored, where it says one. */
  put(tag: string, manifest: Manifest): Promise<string | undefined>
}

export function openRepository(
  repository: Repository,
  options: AuthOptions,
  read: ReadDoor,
): RepositoryClient {
  return clientOf(repository, options, read, authFor(repository, options, read))
}

export function openForWriting(
  repository: Repository,
  options: AuthOptions,
  write: WriteDoor,
): WritingClient {
  const auth = authFor(repository, options, write)
  const ask = asker(repository, options, write, auth, (request) => write.send(request))
  return {
    ...clientOf(repository, options, write, auth),
    async put(tag, { bytes, mediaType }) {
      const response = await ask('push', {
        method: 'PUT',
        path: `manifests/${tag}`,
        headers: { 'content-type': mediaType },
        body: bytes,
      })
      if (isAlreadyThere(response)) return undefined
      if (response.status !== 201 && response.status !== 200)
        throw registryError(response, { ...asked(repository, auth, write), what: 'write' })
      return response.headers['docker-content-digest']
    },
  }
}

function clientOf(
  repository: Repository,
  options: AuthOptions,
  read: ReadDoor,
  auth: Auth,
): RepositoryClient {
  const ask = asker(repository, options, read, auth, (request) => read.http(request))
  const fail = (response: HttpResponse) =>
    registryError(response, { ...asked(repository, auth, read), what: 'read' })

  async function get(reference: string): Promise<Manifest | undefined> {
    const response = await ask('pull', manifestRequest('GET', reference))
    if (isAbsent(response)) return undefined
    if (response.status !== 200) throw fail(response)
    const manifest = verified(response, repository, reference)
    remember(cacheKey(repository, manifest.digest), manifest)
    return manifest
  }

  return {
    get,
    bytesOf: async (digest) => manifests.get(cacheKey(repository, digest)) ?? get(digest),
    async head(reference) {
      const response = await ask('pull', manifestRequest('HEAD', reference))
      const digest = response.headers['docker-content-digest']
      const mediaType = mediaTypeOf(response)
      // A HEAD has no body to say why (a 404 may be a proxy's), and old registries give it no digest: the GET has both.
      const size = sizeIn(response)
      const complete = response.status === 200 && digest !== undefined && isDigest(digest)
      if (!complete || mediaType === undefined || size === undefined)
        return withoutBytes(await get(reference))
      return { digest, mediaType, size }
    },
    async tags() {
      const tags: string[] = []
      let path: string | undefined = `tags/list?n=${TAGS_PAGE}`
      for (let page = 0; page < TAGS_PAGES && path !== undefined; page++) {
        const response = await ask('pull', { method: 'GET', path, limit: TAGS_LIMIT })
        if (isAbsent(response)) return { tags, complete: true }
        if (response.status !== 200) throw fail(response)
        for (const tag of tagsIn(response, repository)) {
          if (tags.length === TAGS_MOST) return { tags, complete: false }
          tags.push(tag)
        }
        path = nextPage(response.headers.link, repository)
      }
      return { tags, complete: path === undefined }
    },
    mayPush: () => auth.mayPush(read),
  }
}

// ---------------------------------------------------------------- asking

interface Ask {
  method: string
  /** Below `/v2/<name>/`. */
  path: string
  headers?: Record<string, string>
  body?: Uint8Array
  /** Of the answer, in bytes. */
  limit?: number
}

type Send = (request: HttpRequest) => Promise<HttpResponse>

function asker(repository: Repository, options: AuthOptions, read: ReadDoor, auth: Auth, send: Send) {
  const plain = isPlain(repository, options.insecure)
  const base = `${plain ? 'http' : 'https'}://${repository.host}/v2/${repository.name}/`
  return async (access: Access, { path, ...ask }: Ask): Promise<HttpResponse> => {
    const attempt = (header: string | undefined) =>
      send({
        ...ask,
        url: base + path,
        insecure: plain,
        headers: { ...ask.headers, ...(header === undefined ? {} : { authorization: header }) },
      })
    const header = await auth.header(access, read)
    const response = await attempt(header)
    if (response.status !== 401 || !(await auth.challenged(response, access, header, read))) return response
    return attempt(await auth.header(access, read))
  }
}

function manifestRequest(method: 'GET' | 'HEAD', reference: string): Ask {
  return { method, path: `manifests/${reference}`, headers: { accept: ACCEPT } }
}

function asked(repository: Repository, auth: Auth, read: ReadDoor) {
  return { repository, named: auth.named(), now: read.now() }
}

// ---------------------------------------------------------------- reading answers

/** The bytes must be what was asked for, and what the registry says they are. */
function verified(response: HttpResponse, { host, display }: Repository, reference: string): Manifest {
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

function mediaTypeOf(response: HttpResponse): string | undefined {
  return response.headers['content-type']?.split(';', 1)[0]?.trim()
}

/** Of the manifest, in bytes, where the header says one. */
function sizeIn({ headers }: HttpResponse): number | undefined {
  const text = headers['content-length'] ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function withoutBytes(manifest: Manifest | undefined): Described | undefined {
  if (manifest === undefined) return undefined
  const { digest, mediaType, size } = manifest
  return { digest, mediaType, size }
}

function tagsIn(response: HttpResponse, { host, display }: Repository): string[] {
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
function nextPage(link: string | undefined, { host }: Repository): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(link ?? '')?.[1]
  if (target === undefined || !URL.canParse(target, `https://${host}`)) return undefined
  return `tags/list${new URL(target, `https://${host}`).search}`
}

// ---------------------------------------------------------------- remembered within the process

/** A manifest by its digest never changes. Small, and there are few of them. */
const manifests = new Map<string, Manifest>()
const MANIFESTS = 64

function cacheKey({ host, name }: Repository, reference: string): string {
  return `${host}/${name}@${reference}`
}

function remember(key: string, manifest: Manifest): void {
  const [oldest] = manifests.keys()
  if (manifests.size >= MANIFESTS && oldest !== undefined) manifests.delete(oldest)
  manifests.set(key, manifest)
}

/** How a registry wants to be asked is learned once; what the login is, is found once. */
const auths = new Map<string, Auth>()

function authFor(repository: Repository, options: AuthOptions, read: ReadDoor): Auth {
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
