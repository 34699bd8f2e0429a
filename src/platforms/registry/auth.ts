import { z } from 'zod'

import type { HttpRequest, HttpResponse, ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { type Credentials, findCredentials } from './credentials.ts'
import { registryError } from './errors.ts'
import { jsonOf } from './json.ts'
import { isPlain, type Repository } from './reference.ts'

// How a registry is told who asks: it answers 401 and says how. Bearer tokens are fetched from the place it names,
// for reading only until there is something to write.

export type Access = 'pull' | 'push'

/** Lives longer than one door, so every call brings its own. */
export interface Auth {
  /** The Authorization header to send, if any; known without asking after the first 401. */
  header(access: Access, read: ReadDoor): Promise<string | undefined>
  /** After a 401: learns how to log in. false: there is nothing else to try. */
  challenged(
    response: HttpResponse,
    access: Access,
    sent: string | undefined,
    read: ReadDoor,
  ): Promise<boolean>
  /** Whether credentials were found for the registry. */
  named(): boolean
  /** What the token grants, where it can be read (a JWT): undefined means it cannot be known. */
  mayPush(read: ReadDoor): Promise<boolean | undefined>
}

interface BearerChallenge {
  scheme: 'bearer'
  realm: string
  service: string | undefined
}

type Challenge = { scheme: 'basic' } | BearerChallenge

interface Token {
  text: string
  until: number
}

const MARGIN = 5000
/** What the specification grants a token that does not say. */
const LIFETIME = 60
const CLIENT = 'rollback'

export interface AuthOptions {
  insecure?: boolean | undefined
  credentials?: { username: string; password: string } | undefined
}

export function createAuth(repository: Repository, options: AuthOptions): Auth {
  const tokens = new Map<Access, Promise<Token>>()
  let challenge: Challenge | undefined
  let credentials: Promise<Credentials | undefined> | undefined
  let known: Credentials | undefined

  const login = async (read: ReadDoor) => {
    credentials ??= options.credentials
      ? Promise.resolve({ kind: 'password' as const, ...options.credentials })
      : findCredentials(repository, read)
    known = await credentials
    return known
  }

  async function tokenFor(access: Access, place: BearerChallenge, read: ReadDoor): Promise<Token> {
    // Who may write may read.
    for (const scope of access === 'pull' ? (['push', 'pull'] as const) : (['push'] as const)) {
      const token = await tokens.get(scope)
      if (token !== undefined && token.until > read.now()) return token
    }
    const fetching = login(read).then((who) => fetchToken({ repository, options, read, place, who, access }))
    tokens.set(access, fetching)
    fetching.catch(() => tokens.delete(access))
    return fetching
  }

  async function header(access: Access, read: ReadDoor): Promise<string | undefined> {
    if (challenge === undefined) return undefined
    if (challenge.scheme === 'bearer') return `Bearer ${(await tokenFor(access, challenge, read)).text}`
    const who = await login(read)
    return who?.kind === 'password' ? basic(who) : undefined
  }

  return {
    header,
    named: () => known !== undefined,
    async challenged(response, access, sent, read) {
      challenge = parseChallenge(response.headers['www-authenticate'] ?? '')
      if (challenge === undefined) return false
      if (sent !== undefined && sent === (await header(access, read))) {
        if (challenge.scheme === 'basic') return false
        // It may have been revoked, or have expired by the registry's clock: one more.
        tokens.delete('pull')
        tokens.delete('push')
      }
      return (await header(access, read)) !== undefined
    },
    async mayPush(read) {
      if (challenge?.scheme !== 'bearer') return undefined
      return grantsPush((await tokenFor('push', challenge, read)).text, repository.name)
    },
  }
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** Bearer where there is a choice. */
export function parseChallenge(header: string): Challenge | undefined {
  const bearer = /(?:^|[\s,])bearer\s+(.*)$/is.exec(header)?.[1]
  if (bearer !== undefined) {
    const parameters = Object.fromEntries(
      [...bearer.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(([, key, quoted, plain]) => [
        key?.toLowerCase(),
        quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
      ]),
    ) as Record<string, string | undefined>
    const { realm, service } = parameters
    if (realm !== undefined) return { scheme: 'bearer', realm, service }
  }
  return /(?:^|[\s,])basic\b/i.test(header) ? { scheme: 'basic' } : undefined
}

interface TokenRequest {
  repository: Repository
  options: AuthOptions
  read: ReadDoor
  place: { realm: string; service: string | undefined }
  who: Credentials | undefined
  access: Access
}

const tokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
})

async function fetchToken(asked: TokenRequest): Promise<Token> {
  const { repository, read, who, access } = asked
  const response = await askRealm(asked)
  const refused = () =>
    registryError(response, {
      repository,
      what: access === 'push' ? 'write' : 'read',
      named: who !== undefined,
      now: read.now(),
    })
  if (response.status !== 200) throw refused()
  const parsed = tokenAnswer.safeParse(jsonOf(response.body))
  const text = parsed.data?.token ?? parsed.data?.access_token
  if (!text)
    throw new Problem({
      code: 'registry-token',
      message: `the token service of ${repository.host} answered without a token`,
    })
  return { text, until: read.now() + (parsed.data?.expires_in ?? LIFETIME) * 1000 - MARGIN }
}

async function askRealm(asked: TokenRequest): Promise<HttpResponse> {
  const { repository, read, place, who, access } = asked
  const realm = checkedRealm(asked)
  const scope = `repository:${repository.name}:${access === 'push' ? 'pull,push' : 'pull'}`
  const service = place.service === undefined ? {} : { service: place.service }
  const insecure = { insecure: realm.protocol === 'http:' }
  if (who?.kind === 'identity') {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: who.token,
      ...service,
      scope,
      client_id: CLIENT,
    }
    const request: HttpRequest = {
      method: 'POST',
      url: realm.href,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      reads: 'token-exchange',
      ...insecure,
    }
    const response = await read.http(request)
    if (response.status !== 404 && response.status !== 405) return response
  }
  for (const [name, value] of Object.entries({ ...service, scope })) realm.searchParams.append(name, value)
  const authorization =
    who === undefined
      ? {}
      : { authorization: basic(who.kind === 'password' ? who : { username: '<token>', password: who.token }) }
  return read.http({ method: 'GET', url: realm.href, headers: authorization, ...insecure })
}

/** The password goes there: never over plain http, unless the registry itself is asked that way. */
function checkedRealm({ repository, options, place }: TokenRequest): URL {
  const realm = URL.canParse(place.realm) ? new URL(place.realm) : undefined
  if (realm?.protocol === 'https:') return realm
  if (realm?.protocol === 'http:' && isPlain(repository, options.insecure)) return realm
  throw new Problem({
    code: 'registry-realm',
    message: `${repository.host} wants the login to be sent to a place that is not https`,
    found: realm?.origin ?? 'not a URL',
    cure: 'Check that this is the registry you mean; a registry of your own on plain http needs `insecure: true`',
  })
}

/** Some tokens are JWTs that say what they are good for; others (GHCR) are not. */
function grantsPush(token: string, name: string): boolean | undefined {
  const payload = token.split('.')
  if (payload.length !== 3) return undefined
  const claims = z
    .object({ access: z.array(z.object({ name: z.string(), actions: z.array(z.string()) })) })
    .safeParse(jsonOf(Buffer.from(payload[1] ?? '', 'base64url')))
  if (!claims.success) return undefined
  return claims.data.access.some(
    (entry) => entry.name === name && (entry.actions.includes('push') || entry.actions.includes('*')),
  )
}
