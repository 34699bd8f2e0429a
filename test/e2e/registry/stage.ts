import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { vi } from 'vitest'
import { stringify } from 'yaml'

import { tempFolder } from '../../helpers/folder.ts'
import { pushImage, skopeoDigest } from '../../helpers/images.ts'
import { mustRun, poll } from '../../helpers/process.ts'
import { startRegistry, type TestRegistry } from '../../helpers/registry.ts'
import { startService, type TestService } from '../../helpers/service.ts'
import { type Stoppable, stopAll, stoppable } from '../../helpers/stoppable.ts'
import { type Cli, makeCli } from '../helpers/cli.ts'

// Whole stories, several at once, on whatever machine CI has.
vi.setConfig({ testTimeout: 400_000 })

/** The last version that worked, and the one whose deployment is the incident. */
export const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
export const BAD = 'b0bacafe00112233445566778899aabbccddeeff'

const SERVICE = 'acme-api'
export const REPOSITORY = 'acme/api'
export const TAG = 'prod-latest'
const HOOK_VARIABLE = 'PROD_DEPLOY_HOOK'

interface StageOptions {
  readonly auth?: 'open' | 'htpasswd' | 'token'
  readonly kind?: 'image' | 'index' | 'docker' | 'docker-list'
  readonly runbook?: RunbookChanges
}

/** What a test wants otherwise than the usual runbook has it. */
interface RunbookChanges {
  readonly top?: object
  readonly procedure?: object
  readonly image?: object
  readonly redeploy?: object
  readonly verify?: object
}

/** A service that runs the bad version of two, the registry it is deployed from, and a runbook for both. */
export interface Stage extends Stoppable {
  readonly registry: TestRegistry
  readonly service: TestService
  readonly cli: Cli
  /** Digests of the two images; a tag that has them is at that version. */
  readonly good: string
  readonly bad: string
  /** `127.0.0.1:PORT/acme/api` */
  readonly repository: string
  /** Writes it anew. */
  runbook(changes: RunbookChanges): Promise<void>
  /** The digest of a tag, by skopeo. */
  digest(tag?: string): Promise<string>
  /** The tags with backups of earlier images, oldest first. */
  backups(prefix?: string): Promise<string[]>
  /** Points the tag at another image, as a push from somewhere else would, and deploys nothing. */
  moveTag(tag: string, digest: string): Promise<void>
  /** Back to the incident: the bad version deployed, no recorded runs, no requests counted. Backups stay. */
  startOver(): Promise<void>
  /** What the endpoints of the service say, to anyone who asks. */
  serves(): Promise<{ commit: string; ok: boolean }>
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { auth = 'open', kind = 'image' } = options
  const started: Stoppable[] = []
  const keep = <T extends Stoppable>(part: T): T => {
    started.push(part)
    return part
  }
  try {
    const registry = keep(await startRegistry({ auth }))
    const good = await pushImage(registry, REPOSITORY, GOOD, { kind, commit: GOOD })
    const bad = await pushImage(registry, REPOSITORY, BAD, { kind, commit: BAD })
    await pushImage(registry, REPOSITORY, TAG, { kind, commit: BAD })
    const service = keep(await startService({ registry, repository: REPOSITORY, tag: TAG }))
    service.behave(BAD, 'unhealthy')
    const cli = keep(await makeCli({ [HOOK_VARIABLE]: service.hookUrl, ...(await login(registry, keep)) }))
    const repository = `${registry.host}/${REPOSITORY}`
    const runbook = (changes: RunbookChanges): Promise<void> =>
      writeFile(join(cli.folder, 'rollback.yaml'), runbookText(repository, service.url, changes))
    await runbook(options.runbook ?? {})
    registry.proxy.forgetRequests()
    const stage: Omit<Stage, keyof Stoppable> = {
      registry,
      service,
      cli,
      good,
      bad,
      repository,
      runbook,
      digest: (tag = TAG) => skopeoDigest(registry, REPOSITORY, tag),
      backups: (prefix = 'rollback-') => tagsIn(registry, prefix),
      moveTag: (tag, digest) => moveTag(registry, tag, digest),
      startOver: async () => {
        await startOver(registry, service, bad)
        await rm(cli.store, { recursive: true, force: true })
      },
      serves: () => serves(service),
    }
    return stoppable(stage, () => stopAll(started))
  } catch (error) {
    await stopAll(started)
    throw error
  }
}

/** What `docker login` leaves behind. */
async function login(
  { host, credentials }: TestRegistry,
  keep: <T extends Stoppable>(part: T) => T,
): Promise<Record<string, string>> {
  if (credentials === undefined) return {}
  const { path } = keep(await tempFolder('docker'))
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
  await writeFile(join(path, 'config.json'), JSON.stringify({ auths: { [host]: { auth: pair } } }))
  return { DOCKER_CONFIG: path }
}

/** The runbook of a team with this set-up, with times for tests. */
function runbookText(repository: string, url: string, changes: RunbookChanges): string {
  return stringify({
    version: 1,
    service: SERVICE,
    environments: { production: { url, tag: TAG } },
    secrets: { deploy_hook: { env: HOOK_VARIABLE } },
    release: { live: { signal: 'live_version' } },
    signals: {
      live_version: { http: { url: '${vars.url}/api/version', json: '$.commit' }, every: '40ms' },
      health: {
        http: { url: '${vars.url}/api/health', expect: [{ json: '$.ok', is: true }] },
        every: '40ms',
      },
    },
    procedures: {
      retag: {
        steps: [
          {
            id: 'image',
            uses: 'registry.retag',
            with: { repository, tag: '${vars.tag}', to: '${target.sha}', backup: 'rollback-${run.stamp}' },
            timeout: '5s',
            retry: { attempts: 3, backoff: '20ms' },
            ...changes.image,
          },
          {
            id: 'redeploy',
            uses: 'render.deploy-hook',
            with: { url: '${secrets.deploy_hook}' },
            timeout: '5s',
            retry: { attempts: 3, backoff: '20ms' },
            ...changes.redeploy,
          },
        ],
        verify: {
          within: '15s', // Only what never holds waits that long; such tests change it.
          must: [
            { signal: 'live_version', same_commit: '${target.sha}', in_a_row: 3 },
            { signal: 'health', passing: true, in_a_row: 3 },
          ],
          ...changes.verify,
        },
        // What is brought back is the unhealthy version.
        undo: {
          verify: {
            within: '15s',
            must: [{ signal: 'live_version', same_commit: '${target.sha}', in_a_row: 3 }],
          },
        },
        ...changes.procedure,
      },
    },
    ...changes.top,
  })
}

async function tagsIn(registry: TestRegistry, prefix: string): Promise<string[]> {
  const { judgeHost, credentials } = registry
  const login = credentials === undefined ? [] : [`--creds=${credentials.username}:${credentials.password}`]
  const output = await mustRun('skopeo', [
    'list-tags',
    '--tls-verify=false',
    ...login,
    `docker://${judgeHost}/${REPOSITORY}`,
  ])
  const { Tags } = JSON.parse(output) as { Tags: string[] }
  return Tags.filter((tag) => tag.startsWith(prefix)).sort()
}

async function moveTag(registry: TestRegistry, tag: string, digest: string): Promise<void> {
  const { judgeHost, credentials } = registry
  const pair = credentials === undefined ? undefined : `${credentials.username}:${credentials.password}`
  await mustRun('skopeo', [
    '--insecure-policy',
    'copy',
    '--all',
    '--preserve-digests',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    ...(pair === undefined ? [] : [`--src-creds=${pair}`, `--dest-creds=${pair}`]),
    `docker://${judgeHost}/${REPOSITORY}@${digest}`,
    `docker://${judgeHost}/${REPOSITORY}:${tag}`,
  ])
}

async function startOver(registry: TestRegistry, service: TestService, bad: string): Promise<void> {
  registry.proxy.clearFaults()
  await moveTag(registry, TAG, bad)
  if (service.running().digest !== bad) await fetch(service.hookUrl, { method: 'POST' })
  await poll(() => service.running().digest === bad, 5000)
  registry.proxy.forgetRequests()
}

async function serves({ url }: TestService): Promise<{ commit: string; ok: boolean }> {
  const [version, health] = await Promise.all(
    ['version', 'health'].map(async (name) => (await fetch(`${url}/api/${name}`)).json()),
  )
  return {
    commit: (version as { commit: string }).commit,
    ok: (health as { ok: boolean }).ok,
  }
}
