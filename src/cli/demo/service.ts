import { setTimeout as sleep } from 'node:timers/promises'

import { type Answer, type DemoRequest, type DemoServer, json, serve } from './server.ts'

// A hosted service as Render runs one: it pulls what its tag points to when its deploy hook is called, and
// goes on serving the former version until the new one is up.

export interface DemoService extends DemoServer {
  url: string
  /** Whoever knows it may deploy: the whole address is a secret. */
  hook: string
  /** Deploys as the hook does, and comes back when the version is live. */
  deploy(): Promise<void>
}

export interface ServiceOptions {
  /** `127.0.0.1:PORT/acme/api:production`. */
  image: string
  /** Commits whose version starts, but does not work. */
  broken: readonly string[]
  /** From the hook's answer to the new version being live, in milliseconds. */
  delay: number
}

interface Hosted {
  live: string | undefined
  /** The newest deploy; an older one that ends later must not win. */
  deploys: number
  key: string
  options: ServiceOptions
}

export async function startService(options: ServiceOptions, key: string): Promise<DemoService> {
  const hosted: Hosted = { live: undefined, deploys: 0, key, options }
  const server = await serve((request) => answer(hosted, request))
  const url = `http://${server.host}`
  return { ...server, url, hook: `${url}/deploy/${key}`, deploy: () => deploy(hosted, 0) }
}

function answer(hosted: Hosted, request: DemoRequest): Answer {
  const { pathname } = request.url
  if (pathname.startsWith('/deploy/')) return hook(hosted, request)
  if (pathname === '/api/version') return json(200, { commit: hosted.live ?? null })
  if (pathname === '/api/health') return health(hosted)
  return json(404, { error: 'not found' })
}

function hook(hosted: Hosted, request: DemoRequest): Answer {
  if (request.url.pathname !== `/deploy/${hosted.key}`) return json(404, { message: 'not found' })
  if (request.method !== 'POST') return json(405, { message: 'send a POST' })
  // Like a real hook: the answer only says that the deploy was accepted, not how it ends.
  deploy(hosted, hosted.options.delay).catch(() => {})
  return json(200, { deploy: { id: `dep-demo-${hosted.deploys}` } })
}

function health({ live, options }: Hosted): Answer {
  if (live === undefined) return json(503, { ok: false, error: 'nothing is deployed' })
  if (options.broken.includes(live)) return json(500, { ok: false, error: 'no such column: orders.total' })
  return json(200, { ok: true })
}

async function deploy(hosted: Hosted, delay: number): Promise<void> {
  const mine = (hosted.deploys += 1)
  const commit = await pull(hosted.options.image)
  await sleep(delay, undefined, { ref: false })
  if (mine === hosted.deploys) hosted.live = commit
}

/** The commit that the image behind the tag was built from, read as any client reads it. */
async function pull(image: string): Promise<string> {
  const [, host, name, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? []
  const base = `http://${host}/v2/${name}`
  const manifest = (await get(`${base}/manifests/${tag}`)) as { config: { digest: string } }
  const config = (await get(`${base}/blobs/${manifest.config.digest}`)) as {
    config: { Labels: Record<string, string> }
  }
  return config.config.Labels['org.opencontainers.image.revision'] ?? ''
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}
