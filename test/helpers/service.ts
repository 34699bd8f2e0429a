import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { skopeoDigest, skopeoLabels } from './images.ts'
import type { TestRegistry } from './registry.ts'
import { type Stoppable, stoppable } from './stoppable.ts'

/** How a release behaves once it runs: `crashed` accepts connections and destroys them. */
type Behaviour = 'healthy' | 'unhealthy' | 'crashed'

/**
 * What the hook does:
 * - `deploys`: answers 200 and runs what the tag points to at that moment
 * - `answers-500`: refuses; nothing is deployed
 * - `lost`: answers 200 and nothing ever comes of it
 * - `keeps-old-version`: answers 200, restarts, and still runs the old image (a stale image cache)
 * - `never-healthy`: deploys, and what runs stays unhealthy whatever its release is like
 */
type HookMode = 'deploys' | 'answers-500' | 'lost' | 'keeps-old-version' | 'never-healthy'

interface Release {
  readonly digest: string
  readonly commit: string
  readonly version: string
}

interface ServiceOptions {
  readonly registry: TestRegistry
  readonly repository: string
  readonly tag: string
  /** From the accepted hook until the new release serves; the old one serves meanwhile. */
  readonly deployDelayMs?: number
}

export interface TestService extends Stoppable {
  readonly url: string
  /** Holds a secret key, like Render's. */
  readonly hookUrl: string
  readonly hookKey: string
  readonly hookCalls: readonly { readonly at: Date; readonly method: string; readonly status: number }[]
  /** Every release that began to serve after a hook, oldest first; the same again after a mere restart. */
  readonly deployments: readonly Release[]
  running(): Release
  behave(commit: string, behaviour: Behaviour): void
  hook(mode: HookMode): void
  deployTakes(milliseconds: number): void
}

const HOOK_KEY = 'hook+key/with=odd&chars'

/**
 * A service on a platform that pulls a tag when its deploy hook is called: the version it reports follows
 * the registry, and only through the hook. It serves from the start what the tag points to at the start.
 */
export async function startService(options: ServiceOptions): Promise<TestService> {
  const platform = await makePlatform(options)
  const server = createServer((request, response) => {
    answer(platform, request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return stoppable(
    {
      url,
      hookUrl: `${url}/deploy/${encodeURIComponent(HOOK_KEY)}`,
      hookKey: HOOK_KEY,
      hookCalls: platform.hookCalls,
      deployments: platform.deployments,
      running: platform.running,
      behave: platform.behave,
      hook: platform.hook,
      deployTakes: platform.deployTakes,
    },
    async () => {
      platform.end()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  )
}

type Platform = Awaited<ReturnType<typeof makePlatform>>

async function makePlatform({ registry, repository, tag, deployDelayMs = 0 }: ServiceOptions) {
  const behaviours = new Map<string, Behaviour>()
  const hookCalls: { at: Date; method: string; status: number }[] = []
  const deployments: Release[] = []
  let mode: HookMode = 'deploys'
  let delayMs = deployDelayMs
  let running = await pull(registry, repository, tag)
  let sick = false
  let underway: NodeJS.Timeout | undefined

  /** The latest hook call wins, as on the real platforms. */
  function deployLater(release: Release, isSick: boolean): void {
    clearTimeout(underway)
    underway = setTimeout(() => {
      running = release
      sick = isSick
      deployments.push(release)
    }, delayMs)
  }

  return {
    hookCalls,
    deployments,
    running: (): Release => running,
    behaviour: (): Behaviour => (sick ? 'unhealthy' : (behaviours.get(running.commit) ?? 'healthy')),
    behave: (commit: string, behaviour: Behaviour): void => void behaviours.set(commit, behaviour),
    hook: (next: HookMode): void => {
      mode = next
    },
    deployTakes: (milliseconds: number): void => {
      delayMs = milliseconds
    },
    /** Answers the status the caller gets. An image that cannot be pulled is a failed deploy, not a failed hook. */
    async callHook(method: string): Promise<number> {
      const status = mode === 'answers-500' ? 500 : 200
      hookCalls.push({ at: new Date(), method, status })
      if (mode === 'keeps-old-version') deployLater(running, false)
      if (mode !== 'deploys' && mode !== 'never-healthy') return status
      const isSick = mode === 'never-healthy'
      const release = await pull(registry, repository, tag).catch(() => undefined)
      if (release !== undefined) deployLater(release, isSick)
      return status
    },
    end: (): void => clearTimeout(underway),
  }
}

/** Past the registry's log and faults: the platform has its own way to the registry. */
async function pull(registry: TestRegistry, repository: string, tag: string): Promise<Release> {
  const digest = await skopeoDigest(registry, repository, tag)
  const labels = await skopeoLabels(registry, repository, digest)
  return {
    digest,
    commit: labels['org.opencontainers.image.revision'] ?? '',
    version: labels['org.opencontainers.image.version'] ?? '',
  }
}

async function answer(platform: Platform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname.startsWith('/deploy/'))
    return answerHook(platform, pathname, request.method ?? 'GET', response)
  const behaviour = platform.behaviour()
  if (behaviour === 'crashed') return void response.destroy()
  const { commit, version } = platform.running()
  const ok = behaviour === 'healthy'
  if (pathname === '/api/version') send(response, 200, { commit, version })
  else if (pathname === '/api/health') send(response, ok ? 200 : 500, { ok })
  else send(response, 404, { error: 'not found' })
}

async function answerHook(
  platform: Platform,
  pathname: string,
  method: string,
  response: ServerResponse,
): Promise<void> {
  const isOurs = decodeURIComponent(pathname.slice('/deploy/'.length)) === HOOK_KEY
  if (!isOurs || (method !== 'POST' && method !== 'GET')) return send(response, 404, { error: 'not found' })
  const status = await platform.callHook(method)
  send(response, status, status === 200 ? { deploy: { id: `dep-${platform.hookCalls.length}` } } : {})
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
