import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { mustRun } from '../test/helpers/process.ts'
import type { DockerDaemon } from './docker-daemon.ts'
import { plainEnvironment, type Program } from './program.ts'

/** One way to point a tag at another image of its repository and to keep the former one under a backup tag. */
export interface TagMover {
  readonly name: string
  readonly prepare?: () => Promise<void>
  /** What stays the same when it moves an image: the manifest's digest (default), or only the configuration's. */
  readonly identity?: 'config'
  /** `place.tag` is to be the image `target`. `backup` is a name that is free. */
  readonly move: (place: Place, target: string, backup: string) => Promise<void>
}

export interface Place {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** `acme/api` */
  readonly repository: string
  readonly tag: string
  readonly credentials?: { readonly username: string; readonly password: string } | undefined
}

export const ROLLBACK = 'rollback run'
export const SKOPEO = 'skopeo copy, twice'
export const DOCKER = 'docker pull, tag, push'
export const BARE = 'five requests from bare Node'

const PASSWORD = 'REGISTRY_PASSWORD'

/** The whole command: runbook, plan, journal, backup, move, read-back, proof. */
export function rollbackMover({ node, entry }: Program, folder: string): TagMover {
  return {
    name: ROLLBACK,
    async move(place, target, backup) {
      const file = join(folder, `${place.tag}.yaml`)
      await writeFile(file, runbookFor(place, backup))
      await mustRun(node, [entry, 'run', '--runbook', file, '--target', target, '--yes'], {
        env: plainEnvironment({
          HOME: folder,
          ROLLBACK_STORE: join(folder, 'store'),
          [PASSWORD]: place.credentials?.password ?? '',
        }),
      })
    },
  }
}

export function skopeoMover(): TagMover {
  return {
    name: SKOPEO,
    async move(place, target, backup) {
      await copyTag(place, place.tag, backup)
      await copyTag(place, target, place.tag)
    },
  }
}

/** One `skopeo copy` within a repository. */
export async function copyTag(
  { host, repository }: Pick<Place, 'host' | 'repository'>,
  from: string,
  to: string,
): Promise<void> {
  const [source, destination] = [from, to].map((name) => `docker://${host}/${repository}:${name}`)
  await mustRun('skopeo', [
    '--insecure-policy',
    'copy',
    '--quiet',
    '--all',
    '--preserve-digests',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    source ?? '',
    destination ?? '',
  ])
}

/** What written runbooks say to do by hand. */
export function dockerMover({ docker, forgetImages }: DockerDaemon): TagMover {
  return {
    name: DOCKER,
    prepare: forgetImages,
    identity: 'config',
    async move({ host, repository, tag }, target, backup) {
      const image = (name: string): string => `${host}/${repository}:${name}`
      await docker('pull', '--quiet', image(target))
      await docker('pull', '--quiet', image(tag))
      await docker('tag', image(tag), image(backup))
      await docker('push', '--quiet', image(backup))
      await docker('tag', image(target), image(tag))
      await docker('push', '--quiet', image(tag))
    },
  }
}

export function bareMover({ node }: Program): TagMover {
  const script = fileURLToPath(new URL('bare-retag.mjs', import.meta.url))
  return {
    name: BARE,
    async move({ host, repository, tag }, target, backup) {
      const base = `http://${host}/v2/${repository}/manifests/`
      await mustRun(node, [script, base, tag, target, backup], { env: plainEnvironment() })
    },
  }
}

function runbookFor({ host, repository, tag, credentials }: Place, backup: string): string {
  return `version: 1
service: benchmark
environments:
  production: { tag: ${tag} }
secrets:
  password: { env: ${PASSWORD} }
procedures:
  retag:
    steps:
      - id: image
        uses: registry.retag
        with:
          repository: ${host}/${repository}
          tag: '\${vars.tag}'
          to: '\${target.sha}'
          backup: ${backup}
${credentials === undefined ? '' : `          credentials: { username: ${credentials.username}, password: '\${secrets.password}' }\n`}`
}
