import { createHash, type KeyObject, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { mustRun } from './process.ts'
import { type Stoppable, stoppable } from './stoppable.ts'

export const ISSUER = 'test-token-server'
export const SERVICE = 'test-registry'
const LIFETIME_SECONDS = 300

export interface TokenUser {
  readonly password: string
  readonly actions: readonly ('pull' | 'push' | 'delete' | '*')[]
}

export interface TokenServer extends Stoppable {
  readonly realm: string
  /** The certificate the registry has to trust (`rootcertbundle`). */
  readonly certificatePath: string
  /** What `docker login` would store as `identitytoken`. */
  identityToken(user: string): string
  /** Every token request, without its secrets. */
  readonly requests: readonly TokenRequest[]
}

interface TokenRequest {
  readonly method: string
  readonly user: string | undefined
  readonly scopes: readonly string[]
  readonly status: number
}

interface Signer {
  readonly key: KeyObject
  readonly certificate: string
}

/**
 * The token half of the Docker registry protocol as GHCR and Docker Hub speak it: GET with Basic, POST
 * with a password or an identity token. Asked for more than the user may do, it grants less with status
 * 200: the registry, not this server, then says 401 `insufficient_scope`.
 */
export async function startTokenServer(
  folder: string,
  users: Readonly<Record<string, TokenUser>>,
): Promise<TokenServer> {
  const certificatePath = join(folder, 'token.crt')
  const signer = await makeSigner(folder, certificatePath)
  const requests: TokenRequest[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : url.searchParams
    const claimed = request.method === 'POST' ? fromForm(form) : fromBasic(request.headers.authorization)
    const scopes = form.getAll('scope').flatMap((scope) => scope.split(' '))
    const user = claimed?.user
    const status = claimed === undefined || isRight(claimed, users) ? 200 : 401
    requests.push({ method: request.method ?? 'GET', user, scopes, status })
    response.writeHead(status, { 'content-type': 'application/json' })
    if (status === 401) return void response.end('{"errors":[{"code":"UNAUTHORIZED"}]}')
    const token = issue(signer, user, grant(scopes, user === undefined ? undefined : users[user]))
    const refresh =
      user !== undefined && form.get('offline_token') === 'true' ? { refresh_token: identityOf(user) } : {}
    response.end(JSON.stringify({ token, access_token: token, expires_in: LIFETIME_SECONDS, ...refresh }))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return stoppable(
    { realm: `http://127.0.0.1:${port}/token`, certificatePath, identityToken: identityOf, requests },
    async () => {
      server.close()
      server.closeAllConnections()
    },
  )
}

interface Claimed {
  readonly user: string
  readonly password?: string
  readonly identityToken?: string
}

function fromBasic(header: string | undefined): Claimed | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { user, password }
}

function fromForm(form: URLSearchParams): Claimed {
  if (form.get('grant_type') === 'password')
    return { user: form.get('username') ?? '', password: form.get('password') ?? '' }
  const identityToken = form.get('refresh_token') ?? ''
  return { user: identityToken.split('.', 1)[0] ?? '', identityToken }
}

function isRight(claimed: Claimed, users: Readonly<Record<string, TokenUser>>): boolean {
  const user = users[claimed.user]
  if (user === undefined) return false
  return claimed.identityToken === undefined
    ? claimed.password === user.password
    : claimed.identityToken === identityOf(claimed.user)
}

function identityOf(user: string): string {
  return `${user}.${createHash('sha256').update(`identity of ${user}`).digest('hex')}`
}

/** `repository:acme/api:pull,push` → what of it the user may do. */
function grant(scopes: readonly string[], user: TokenUser | undefined): readonly object[] {
  return scopes.flatMap((scope) => {
    const [, type, name, wanted = ''] = /^(\w+):(.+):([^:]+)$/.exec(scope) ?? []
    const actions = wanted.split(',').filter((action) => user?.actions.some((may) => may === action))
    return actions.length === 0 ? [] : [{ type, name, actions }]
  })
}

function issue(signer: Signer, user: string | undefined, access: readonly object[]): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: ISSUER,
    aud: SERVICE,
    sub: user ?? '',
    iat: now,
    nbf: now - 10,
    exp: now + LIFETIME_SECONDS,
    jti: randomUUID(),
    access,
  }
  const header = { typ: 'JWT', alg: 'RS256', x5c: [signer.certificate] }
  const body = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${body}.${sign('sha256', Buffer.from(body), signer.key).toString('base64url')}`
}

async function makeSigner(folder: string, certificatePath: string): Promise<Signer> {
  const keyPath = join(folder, 'token.key')
  const names = ['-subj', `/CN=${ISSUER}`, '-days', '1', '-keyout', keyPath, '-out', certificatePath]
  await mustRun('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...names])
  const certificate = new X509Certificate(await readFile(certificatePath))
  return {
    key: createPrivateKey(await readFile(keyPath)),
    certificate: certificate.raw.toString('base64'),
  }
}
