import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { tempFolder } from './folder.ts'
import { mustRun } from './process.ts'
import type { TestRegistry } from './registry.ts'

const OCI = 'application/vnd.oci.image'
const ARTIFACT_TYPE = 'application/vnd.acme.release-notes.v1+json'

type ImageKind =
  | 'image' // one architecture, OCI
  | 'index' // amd64 and arm64, OCI
  | 'docker' // one architecture, Docker schema 2
  | 'docker-list' // amd64 and arm64, Docker manifest list
  | 'artifact' // no image at all: release notes with their own config type

interface ImageOptions {
  readonly kind?: ImageKind
  /** Label `org.opencontainers.image.revision`. */
  readonly commit?: string
  /** Label `org.opencontainers.image.version`. */
  readonly version?: string
  /** A layer of that many random megabytes (they do not compress), for benchmarks. */
  readonly sizeMB?: number
}

/** Where a judge looks, past the log and the faults. */
type Place = Pick<TestRegistry, 'judgeHost' | 'credentials'>

/** Builds an image without Docker, pushes it with skopeo and says the digest that the tag now has. */
export async function pushImage(
  registry: Place,
  repository: string,
  tag: string,
  options: ImageOptions = {},
): Promise<string> {
  const { kind = 'image' } = options
  await using folder = await tempFolder('image')
  await writeLayout(folder.path, build(kind, options))
  const digestFile = join(folder.path, 'digest')
  const asDocker = kind.startsWith('docker') ? ['--format', 'v2s2'] : ['--preserve-digests']
  await mustRun('skopeo', [
    '--insecure-policy',
    'copy',
    '--all',
    ...asDocker,
    `--digestfile=${digestFile}`,
    '--dest-tls-verify=false',
    ...flag('--dest-creds', registry),
    `oci:${folder.path}:image`,
    `docker://${registry.judgeHost}/${repository}:${tag}`,
  ])
  return (await readFile(digestFile, 'utf8')).trim()
}

/** The manifest's very bytes, as skopeo gets them. `reference` is a tag or a digest. */
export function skopeoRaw(registry: Place, repository: string, reference: string): Promise<string> {
  return inspect(registry, repository, reference, ['--raw'])
}

/** The judge of every retag test: which digest the tag has, by a tool that is not ours. */
export async function skopeoDigest(registry: Place, repository: string, reference: string): Promise<string> {
  return digestOf(await skopeoRaw(registry, repository, reference))
}

/** The labels of the image that linux/amd64 would pull: index → manifest → config. */
export async function skopeoLabels(
  registry: Place,
  repository: string,
  reference: string,
): Promise<Record<string, string>> {
  const raw = await inspect(registry, repository, reference, ['--config'])
  const { config } = JSON.parse(raw) as { config?: { Labels?: Record<string, string> } }
  return config?.Labels ?? {}
}

export function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function inspect(
  registry: Place,
  repository: string,
  reference: string,
  what: readonly string[],
): Promise<string> {
  const separator = reference.includes(':') ? '@' : ':'
  return mustRun('skopeo', [
    '--override-os=linux',
    '--override-arch=amd64',
    'inspect',
    '--tls-verify=false',
    ...what,
    ...flag('--creds', registry),
    `docker://${registry.judgeHost}/${repository}${separator}${reference}`,
  ])
}

function flag(name: string, { credentials }: Place): string[] {
  return credentials === undefined ? [] : [`${name}=${credentials.username}:${credentials.password}`]
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: 'linux'; readonly architecture: string }
}

interface Content {
  readonly root: Descriptor
  readonly blobs: ReadonlyMap<string, Buffer>
}

function build(kind: ImageKind, options: ImageOptions): Content {
  const blobs = new Map<string, Buffer>()
  const add = (mediaType: string, content: Buffer | object): Descriptor => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    blobs.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  if (kind === 'artifact') return { root: artifact(add, options), blobs }
  if (kind === 'image' || kind === 'docker') return { root: image(add, 'amd64', options), blobs }
  const manifests = ['amd64', 'arm64'].map((architecture) => ({
    ...image(add, architecture, options),
    platform: { os: 'linux' as const, architecture },
  }))
  return {
    root: add(`${OCI}.index.v1+json`, { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests }),
    blobs,
  }
}

type Add = (mediaType: string, content: Buffer | object) => Descriptor

function image(add: Add, architecture: string, { commit, version, sizeMB = 0 }: ImageOptions): Descriptor {
  const file = Buffer.from(`${commit ?? 'no commit'} for ${architecture}\n`)
  const layers = [tar('release', file), ...(sizeMB > 0 ? [tar('ballast', randomBytes(sizeMB << 20))] : [])]
  const labels = {
    ...(commit === undefined ? {} : { 'org.opencontainers.image.revision': commit }),
    ...(version === undefined ? {} : { 'org.opencontainers.image.version': version }),
  }
  return add(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: add(`${OCI}.config.v1+json`, {
      os: 'linux',
      architecture,
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    }),
    // skopeo would compress a plain tar on its way, and the digests would no longer be ours.
    layers: layers.map((layer) => add(`${OCI}.layer.v1.tar+gzip`, gzipSync(layer, { level: 1 }))),
  })
}

function artifact(add: Add, { commit, version }: ImageOptions): Descriptor {
  return add(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    artifactType: ARTIFACT_TYPE,
    config: add(ARTIFACT_TYPE, { commit, version }),
    layers: [add('text/markdown', Buffer.from(`# Release ${version ?? ''}\n`))],
    annotations: { 'org.opencontainers.image.revision': commit ?? '' },
  })
}

/** A tar archive with one file: enough for a layer that every tool can unpack. */
function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  const fields: [number, string][] = [
    [0, name],
    [100, octal(0o644, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(content.length, 11)],
    [136, octal(0, 11)],
    [148, '        '],
    [156, '0'],
    [257, 'ustar\u000000'],
  ]
  for (const [offset, text] of fields) header.write(text, offset, 'latin1')
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
    'latin1',
  )
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)])
}

async function writeLayout(folder: string, { root, blobs }: Content): Promise<void> {
  const target = join(folder, 'blobs', 'sha256')
  await mkdir(target, { recursive: true })
  const named = { ...root, annotations: { 'org.opencontainers.image.ref.name': 'image' } }
  await Promise.all([
    writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}'),
    writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] })),
    ...[...blobs].map(([digest, bytes]) => writeFile(join(target, digest.slice('sha256:'.length)), bytes)),
  ])
}
