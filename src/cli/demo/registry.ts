import { randomUUID } from 'node:crypto'

import { sha256 } from '../../core/json.ts'
import type { Image } from './image.ts'
import { type Answer, type DemoRequest, type DemoServer, json, serve } from './server.ts'

// An OCI registry in memory, as far as the distribution specification asks of one that is pulled from and
// retagged: manifests by tag and by digest, tag lists by pages, blobs. Images are put in by `publish`.

export interface DemoRegistry extends DemoServer {
  /** `127.0.0.1:PORT/acme/api`: what stands before the tag in an image's name. */
  repository: string
  publish(image: Image, ...tags: string[]): void
  /** The digest that a tag has now. */
  digestOf(tag: string): string | undefined
}

interface Manifest {
  bytes: Buffer
  mediaType: string
}

interface Contents {
  name: string
  manifests: Map<string, Manifest>
  tags: Map<string, string>
  blobs: Map<string, Buffer>
  uploads: Set<string>
}

const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const ROUTE = /^\/v2\/(?<name>.+)\/(?<part>manifests|blobs\/uploads|blobs|tags)\/(?<reference>[^/]*)$/

export async function startRegistry(name: string): Promise<DemoRegistry> {
  const contents: Contents = {
    name,
    manifests: new Map(),
    tags: new Map(),
    blobs: new Map(),
    uploads: new Set(),
  }
  const server = await serve((request) => answer(contents, request))
  return {
    ...server,
    repository: `${server.host}/${name}`,
    publish: (image, ...tags) => publish(contents, image, tags),
    digestOf: (tag) => contents.tags.get(tag),
  }
}

function publish(contents: Contents, image: Image, tags: string[]): void {
  for (const [digest, blob] of image.blobs) contents.blobs.set(digest, blob)
  const digest = sha256(image.manifest)
  contents.manifests.set(digest, { bytes: image.manifest, mediaType: image.mediaType })
  for (const tag of tags) contents.tags.set(tag, digest)
}

async function answer(contents: Contents, request: DemoRequest): Promise<Answer> {
  const { pathname } = request.url
  if (pathname === '/v2/' || pathname === '/v2') return json(200, {})
  const { name, part, reference = '' } = ROUTE.exec(pathname)?.groups ?? {}
  if (name === undefined) return failure(404, 'UNSUPPORTED', 'no such route')
  if (name !== contents.name) return failure(404, 'NAME_UNKNOWN', `repository ${name} is not known`)
  if (part === 'manifests') return manifests(contents, reference, request)
  if (part === 'tags' && reference === 'list') return tagList(contents, request)
  if (part === 'blobs') return blobs(contents, reference, request)
  if (part === 'blobs/uploads') return uploads(contents, reference, request)
  return failure(404, 'UNSUPPORTED', 'no such route')
}

function manifests(contents: Contents, reference: string, request: DemoRequest): Answer | Promise<Answer> {
  if (!TAG.test(reference) && !DIGEST.test(reference)) {
    return failure(400, 'MANIFEST_INVALID', `${reference} is neither a tag nor a digest`)
  }
  if (request.method === 'PUT') return putManifest(contents, reference, request)
  if (!looks(request)) return unsupported(request)
  const digest = contents.tags.get(reference) ?? reference
  const manifest = contents.manifests.get(digest)
  if (manifest === undefined) return failure(404, 'MANIFEST_UNKNOWN', `manifest ${reference} is not known`)
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': digest },
    body: manifest.bytes,
  }
}

async function putManifest(contents: Contents, reference: string, request: DemoRequest): Promise<Answer> {
  const bytes = await request.body()
  const digest = sha256(bytes)
  if (DIGEST.test(reference) && reference !== digest) {
    return failure(400, 'DIGEST_INVALID', `the content has the digest ${digest}`)
  }
  const needed = blobsOf(bytes)
  if (needed === undefined) return failure(400, 'MANIFEST_INVALID', 'the content is not an image manifest')
  const absent = needed.find((blob) => !contents.blobs.has(blob))
  if (absent !== undefined) return failure(400, 'MANIFEST_BLOB_UNKNOWN', `blob ${absent} is not known`)
  contents.manifests.set(digest, { bytes, mediaType: request.headers['content-type'] ?? '' })
  if (!DIGEST.test(reference)) contents.tags.set(reference, digest)
  return {
    status: 201,
    headers: { location: `/v2/${contents.name}/manifests/${digest}`, 'docker-content-digest': digest },
  }
}

/** The digests an image manifest refers to; undefined when it is none. */
function blobsOf(bytes: Buffer): string[] | undefined {
  try {
    const manifest = JSON.parse(bytes.toString('utf8')) as {
      config: { digest: string }
      layers: { digest: string }[]
    }
    return [manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)]
  } catch {
    return undefined
  }
}

function tagList(contents: Contents, request: DemoRequest): Answer {
  if (!looks(request)) return unsupported(request)
  const query = request.url.searchParams
  const last = query.get('last')
  const after = [...contents.tags.keys()].sort().filter((tag) => last === null || tag > last)
  const limit = Number(query.get('n') ?? after.length)
  if (!Number.isInteger(limit) || limit < 0) {
    return failure(400, 'PAGINATION_NUMBER_INVALID', 'n is not a number of tags')
  }
  const tags = after.slice(0, limit)
  const next = new URLSearchParams({ n: String(limit), last: tags.at(-1) ?? '' })
  const more = tags.length > 0 && tags.length < after.length
  return json(
    200,
    { name: contents.name, tags },
    more ? { link: `</v2/${contents.name}/tags/list?${next.toString()}>; rel="next"` } : {},
  )
}

function blobs(contents: Contents, digest: string, request: DemoRequest): Answer {
  if (!looks(request)) return unsupported(request)
  const blob = contents.blobs.get(digest)
  if (blob === undefined) return failure(404, 'BLOB_UNKNOWN', `blob ${digest} is not known`)
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': digest },
    body: blob,
  }
}

/** An upload can be begun and given up: that is how a client asks whether it may write. */
function uploads(contents: Contents, id: string, request: DemoRequest): Answer {
  if (request.method === 'POST' && id === '') {
    const upload = randomUUID()
    contents.uploads.add(upload)
    return {
      status: 202,
      headers: { location: `/v2/${contents.name}/blobs/uploads/${upload}`, range: '0-0' },
    }
  }
  if (request.method !== 'DELETE') return unsupported(request)
  if (contents.uploads.delete(id)) return { status: 204 }
  return failure(404, 'BLOB_UPLOAD_UNKNOWN', 'this upload is not known')
}

function looks(request: DemoRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}

function unsupported(request: DemoRequest): Answer {
  return failure(405, 'UNSUPPORTED', `${request.method} is not supported here`)
}

function failure(status: number, code: string, message: string): Answer {
  return json(status, { errors: [{ code, message }] })
}
