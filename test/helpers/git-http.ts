import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

import { type Stoppable, stoppable } from './stoppable.ts'

interface GitServer extends Stoppable {
  /** `http://127.0.0.1:PORT/`; behind it stand the repositories of the folder. */
  readonly url: string
}

interface GitServerOptions {
  /** Who may come in (`user:password`); without it, everybody. */
  readonly login?: string
  /** What nobody may do: `git-receive-pack` is a push. */
  readonly forbidden?: string
}

/** git's own HTTP server (`git http-backend`, a CGI program) behind a loopback port. */
export async function startGitServer(folder: string, options: GitServerOptions = {}): Promise<GitServer> {
  const server = createServer((incoming, outgoing) => {
    // A client that hangs up in the middle is its own business.
    answer(folder, options, incoming, outgoing).catch(() => outgoing.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return stoppable({ url: `http://127.0.0.1:${port}/` }, async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
}

async function answer(
  folder: string,
  { login, forbidden }: GitServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { pathname, search } = new URL(incoming.url ?? '/', 'http://localhost')
  const body = await buffer(incoming)
  if (login !== undefined && loginOf(incoming) !== login)
    return void outgoing.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
  if (forbidden !== undefined && `${pathname}${search}`.includes(forbidden))
    return void outgoing.writeHead(403).end('this user may not push')

  const child = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: incoming.method,
      CONTENT_TYPE: incoming.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: incoming.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(incoming.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {}) // It may answer before it has read everything.
  child.stdin.end(body)
  const output = await buffer(child.stdout)
  const end = output.indexOf('\r\n\r\n')
  const headers = output
    .toString('utf8', 0, end)
    .split('\r\n')
    .map((line) => line.split(': ', 2) as [string, string])
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
  outgoing.writeHead(
    Number.parseInt(status, 10),
    Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
  )
  outgoing.end(output.subarray(end + 4))
}

function loginOf({ headers }: IncomingMessage): string | undefined {
  const [scheme, token = ''] = headers.authorization?.split(' ') ?? []
  return scheme?.toLowerCase() === 'basic' ? Buffer.from(token, 'base64').toString() : undefined
}
