import type { HttpRequest, HttpResponse, ReadDoor, WriteDoor } from '../../core/doors.ts'
import {
  type Described,
  type Manifest,
  mediaTypeOf,
  nextPage,
  sizeIn,
  tagsIn,
  verified,
  withoutBytes,
} from './answers.ts'
import type { Access, Auth, AuthOptions } from './auth.ts'
import { registryError } from './errors.ts'
import { isDigest, isPlain, type Repository } from './reference.ts'
import { authFor, rememberedManifest, rememberManifest } from './remembered.ts'
import { isAbsent, isAlreadyThere } from './said.ts'

/** Without the index types a registry hides a multi-arch tag, or answers with one of its images. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const TAGS_PAGE = 1000
const TAGS_PAGES = 5
/** Some registries know no pages and give all at once. */
const TAGS_MOST = 50_000
const TAGS_LIMIT = 16 * 1024 * 1024

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
    rememberManifest(repository, manifest)
    return manifest
  }

  return {
    get,
    bytesOf: async (digest) => rememberedManifest(repository, digest) ?? get(digest),
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
