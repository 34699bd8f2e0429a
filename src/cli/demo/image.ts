import { gzipSync } from 'node:zlib'

import { sha256 } from '../../core/json.ts'

const OCI = 'application/vnd.oci.image'

export interface Image {
  /** The manifest's exact bytes: its digest is over them. */
  manifest: Buffer
  mediaType: string
  /** By digest: the config and the layer. */
  blobs: Map<string, Buffer>
}

/** A complete, tiny image: one empty layer, and a config whose label says which commit it was built from. */
export function buildImage(commit: string): Image {
  const archive = Buffer.alloc(1024)
  const layer = gzipSync(archive)
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { 'org.opencontainers.image.revision': commit } },
      rootfs: { type: 'layers', diff_ids: [sha256(archive)] },
    }),
  )
  const mediaType = `${OCI}.manifest.v1+json`
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: describe(`${OCI}.config.v1+json`, config),
      layers: [describe(`${OCI}.layer.v1.tar+gzip`, layer)],
    }),
  )
  return {
    manifest,
    mediaType,
    blobs: new Map([
      [sha256(config), config],
      [sha256(layer), layer],
    ]),
  }
}

function describe(mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: sha256(bytes), size: bytes.length }
}
