import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { stringify } from 'yaml'

import { type FaultProxy, type SeenRequest, startFaultProxy } from './fault-proxy.ts'
import { tempFolder } from './folder.ts'
import { mustRun, startDaemon } from './process.ts'
import { type Stoppable, stopAll, stoppable } from './stoppable.ts'
import { ISSUER, SERVICE, startTokenServer, type TokenServer } from './token-server.ts'

/** What `describeWith` has to ask for before these helpers can work. */
export const REGISTRY_PROGRAMS = ['docker-registry', 'skopeo', 'htpasswd', 'openssl'] as const

type Auth = 'open' | 'htpasswd' | 'token'

interface Credentials {
  readonly username: string
  readonly password: string
}

export interface TestRegistry extends Stoppable {
  /** `127.0.0.1:PORT`, for image references; every request to it is logged and can be made to fail. */
  readonly host: string
  readonly url: string
  /** The same registry past the log and the faults: for set-up, and for the judges that check a result. */
  readonly judgeHost: string
  /** Who may pull and push; undefined for an open registry. */
  readonly credentials: Credentials | undefined
  /** Who may only pull; `token` only. */
  readonly readOnly: Credentials | undefined
  /** What `docker login` stores instead of a password, for `credentials`; `token` only. */
  readonly identityToken: string | undefined
  readonly tokenServer: TokenServer | undefined
  readonly proxy: FaultProxy
  /** Every request of the clients under test, in order. */
  requests(): readonly SeenRequest[]
  /** Only those that could have changed something. */
  writes(): readonly SeenRequest[]
}

// Every character that an encoding treats in its own way: a leak of any form can then be told apart.
const WRITER: Credentials = { username: 'robot', password: 's3cret/with+odd=chars&%' }
const READER: Credentials = { username: 'reader', password: 'read-only' }

/** Debian's docker-registry (distribution 2.8) with deletion enabled, empty, on loopback. */
export async function startRegistry({ auth = 'open' }: { auth?: Auth } = {}): Promise<TestRegistry> {
  const folder = await tempFolder('registry')
  const started: Stoppable[] = [folder]
  try {
    const tokenServer = auth === 'token' ? await startTokens(folder.path) : undefined
    if (tokenServer) started.push(tokenServer)
    const judgeHost = await serve(folder.path, started, await authSection(auth, folder.path, tokenServer))
    const proxy = await startFaultProxy(`http://${judgeHost}`)
    started.push(proxy)
    return stoppable(
      {
        host: proxy.host,
        url: proxy.url,
        judgeHost,
        credentials: auth === 'open' ? undefined : WRITER,
        readOnly: auth === 'token' ? READER : undefined,
        identityToken: tokenServer?.identityToken(WRITER.username),
        tokenServer,
        proxy,
        requests: () => proxy.requests,
        writes: () => proxy.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD'),
      },
      () => stopAll(started),
    )
  } catch (error) {
    await stopAll(started)
    throw error
  }
}

function startTokens(folder: string): Promise<TokenServer> {
  return startTokenServer(folder, {
    [WRITER.username]: { password: WRITER.password, actions: ['pull', 'push', 'delete', '*'] },
    [READER.username]: { password: READER.password, actions: ['pull'] },
  })
}

async function authSection(auth: Auth, folder: string, tokens: TokenServer | undefined): Promise<object> {
  if (auth === 'htpasswd') {
    const path = join(folder, 'htpasswd')
    await writeFile(path, await mustRun('htpasswd', ['-Bbn', WRITER.username, WRITER.password]))
    return { auth: { htpasswd: { realm: 'test', path } } }
  }
  if (tokens === undefined) return {}
  const { realm, certificatePath } = tokens
  return { auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificatePath } } }
}

/** Port 0, and the log says which one it became: no race for a port between parallel test files. */
async function serve(folder: string, started: Stoppable[], auth: object): Promise<string> {
  const config = join(folder, 'config.yml')
  const storage = { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } }
  await writeFile(config, stringify({ version: '0.1', storage, http: { addr: '127.0.0.1:0' }, ...auth }))
  const listening = /listening on (127\.0\.0\.1:\d+)/
  const daemon = await startDaemon('docker-registry', ['serve', config], {
    ready: (output) => listening.test(output),
  })
  started.push(daemon)
  return listening.exec(daemon.output())?.[1] ?? ''
}
