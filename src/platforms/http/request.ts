import type { CallAction, Check } from '../../core/contract.ts'
import type { HttpRequest, HttpResponse, ReadDoor } from '../../core/doors.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { shellLine } from '../../core/shell.ts'
import { allowedUrl } from '../../io/allowed-url.ts'
import { hostOf, isOk, sendOnce } from './outcome.ts'
import { scalarAt } from './answer.ts'
import { encodeBody } from './options.ts'
import { requestOptions, type RequestOptions } from './request-options.ts'

const CHECK_TIMEOUT = 10_000

type CheckOptions = NonNullable<RequestOptions['check']>

/** A request that changes something, to any API. */
export const request: CallAction<RequestOptions> = {
  kind: 'call',
  summary: 'Send one HTTP request',
  options: requestOptions,
  repeat: ({ repeat = 'ask' }) => repeat,

  async ready(options, read) {
    const refused = refusedUrl(options)
    if (refused !== undefined) return refused
    const checks: Check[] = [
      {
        what: `${options.method} to ${hostOf(options.url)}`,
        how: 'cannot-be-known',
        note: 'whether it is accepted shows when it is sent',
      },
    ]
    if (options.check === undefined) return { kind: 'ready', checks }
    return { kind: 'ready', checks, done: (await ask(options.check, options, read)) === 'done' }
  },

  async call(options, id, write) {
    const { body: content, type } = encodeBody(options.body)
    const response = await sendOnce(
      write,
      {
        method: options.method,
        url: options.url,
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          // Servers that know it (RFC draft, Stripe and others) carry out a repeated request once.
          'idempotency-key': id,
          ...options.headers,
        },
        body: content,
        timeout: options.timeout,
        insecure: options.insecure,
      },
      { what: hostOf(options.url), accepts: acceptsOf(options.expect) },
    )
    return { status: response.status }
  },

  observable: ({ check }) => check !== undefined,

  find: async (options, read) =>
    options.check === undefined ? 'unknown' : ask(options.check, options, read),

  reversal({ undo = 'none', check: _check, expect: _expect, ...rest }) {
    if (undo === 'again') return { how: 'again' }
    if (undo === 'none')
      return { how: 'none', why: 'the runbook names no request that takes it back (undo:)' }
    const { headers: _headers, body: _body, ...base } = rest
    return { how: 'other', options: { ...base, ...undo, undo: 'none' } }
  },

  manual({ method, url, headers = {}, body: sent }) {
    const { body: content, type } = encodeBody(sent)
    const all = { ...(type === undefined ? {} : { 'content-type': type }), ...headers }
    return [
      shellLine([
        'curl',
        '-fsS',
        '-X',
        method,
        ...Object.entries(all).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
        ...(content === undefined ? [] : ['--data-raw', content]),
        url,
      ]),
    ]
  },
}

/** What would be refused when it is sent is refused before the first change. */
function refusedUrl({ url, insecure }: RequestOptions) {
  try {
    allowedUrl({ url, insecure })
    return undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { kind: 'denied' as const, why: sentenceOf(error), cure: error.cure }
  }
}

function acceptsOf(expected: RequestOptions['expect']): ((status: number) => boolean) | undefined {
  if (expected === undefined) return undefined
  const wanted = new Set([expected].flat())
  return (status) => wanted.has(status)
}

/** Only a clear answer counts: a server that fails, or does not let us look, says nothing about what has happened. */
async function ask(
  { url, headers, status, json, equals }: CheckOptions,
  { insecure }: RequestOptions,
  read: ReadDoor,
): Promise<'done' | 'not-done' | 'unknown'> {
  const response = await looked(read, { method: 'GET', url, headers, insecure, timeout: CHECK_TIMEOUT })
  if (response === undefined) return 'unknown'
  const accepts = acceptsOf(status) ?? isOk
  if (!accepts(response.status)) return isClear(response.status) ? 'not-done' : 'unknown'
  if (json === undefined) return 'done'
  const found = scalarAt(json, response)
  if ('failing' in found) return found.unreadable === true ? 'unknown' : 'not-done'
  return equals === undefined || found.value === equals ? 'done' : 'not-done'
}

async function looked(read: ReadDoor, request: HttpRequest): Promise<HttpResponse | undefined> {
  try {
    return await read.http(request)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function isClear(status: number): boolean {
  return isOk(status) || status === 404 || status === 410
}
