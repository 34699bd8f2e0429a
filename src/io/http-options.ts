import type { Agent, RequestOptions } from 'node:http'

import type { HttpRequest, TlsOptions } from '../core/doors.ts'
import { Problem } from '../core/problem.ts'
import { guardedLookup } from './address.ts'
import { userinfoOf } from './userinfo.ts'

// What is sent, and how.

export function optionsFor(
  request: HttpRequest,
  url: URL,
  body: Uint8Array | undefined,
  agent: Agent,
): RequestOptions {
  return {
    method: request.method,
    agent,
    lookup: guardedLookup,
    headers: {
      'user-agent': 'rollback',
      accept: '*/*',
      ...basicFrom(url),
      ...lowered(request.headers ?? {}),
      // A compressed answer would make the limit on its size a limit on something else.
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-length': body.length }),
    },
    ...(request.tls === undefined ? {} : tlsOptions(request.tls)),
  }
}

function lowered(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function basicFrom(url: URL): Record<string, string> {
  const login = userinfoOf(url)
  if (login === undefined)
    throw new Problem({
      code: 'bad-url',
      message: `The login in the URL of ${url.host} cannot be decoded`,
      cure: 'Write a % of a name or password as %25',
    })
  if (login.username === '' && login.password === '') return {}
  const pair = `${login.username}:${login.password}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function tlsOptions({ ca, cert, key, servername, skipVerify }: TlsOptions) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(skipVerify === true ? { rejectUnauthorized: false } : {}),
  }
}
