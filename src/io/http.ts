import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from 'node:http'
import type * as Https from 'node:https'
import type { Socket } from 'node:net'

import type { HttpRequest, HttpResponse, TlsOptions } from '../core/contract.ts'
import { formatDuration } from '../core/duration.ts'
import { Problem } from '../core/problem.ts'
import { guardedLookup, MetadataAddressError } from './address.ts'
import { allowedUrl, forbiddenAddress } from './allowed-url.ts'
import { isLoopback } from './loopback.ts'
import { NetworkError, networkError } from './network-error.ts'
import { userinfoOf } from './userinfo.ts'

const TIMEOUT = 30_000
const LIMIT = 4 * 1024 * 1024
/** Firewalls forget idle connections without a word; after this long a new one is opened. */
const IDLE = 15_000
/** What is kept of an error's body when a stream could not be opened. */
const REFUSAL_LIMIT = 64 * 1024

/** A stream that could not be opened: the server answered, and said no. */
export class HttpStatusError extends Problem {
  readonly status: number
  readonly body: string

  constructor(host: string, status: number, body: string) {
    super({ code: 'http-status', message: `${host} answered ${status}` })
    this.name = 'HttpStatusError'
    this.status = status
    this.body = body
  }
}

/**
 * One request and its whole answer. Redirects are answers like others, bodies are taken as they are sent.
 * Throws `NetworkError` when there is no answer, `Problem` when the request may not be sent at all.
 */
export async function exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
  const { response, host, call } = await begin(request, signal)
  try {
    const body = await readAll(response, request.limit ?? LIMIT, host)
    return {
      status: response.statusCode ?? 0,
      headers: joined(response),
      body,
      took: performance.now() - call.sentAt(),
    }
  } catch (error) {
    throw call.explain(error)
  } finally {
    call.end()
  }
}

/** Opens a GET whose body comes over time; it ends when `signal` aborts. `timeout` counts until the headers. */
export async function openStream(
  request: HttpRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { response, host, call } = await begin(request, signal)
  call.disarm()
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) {
    const body = await readAll(response, REFUSAL_LIMIT, host).finally(() => call.end())
    throw new HttpStatusError(host, status, new TextDecoder().decode(body))
  }
  return chunksOf(response, host, call, signal)
}

/** Ends idle connections, so that the process can. */
export function closeHttp(): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}

async function* chunksOf(
  response: IncomingMessage,
  host: string,
  call: Call,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array
  } catch (error) {
    if (!signal.aborted) throw networkError(error, host, true)
  } finally {
    response.destroy()
    call.end()
  }
}

async function readAll(response: IncomingMessage, limit: number, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > limit) {
      response.destroy()
      throw new NetworkError({
        code: 'answer-too-long',
        message: `the answer of ${host} is longer than ${limit} bytes`,
        sent: true,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

// ---------------------------------------------------------------- one call

interface Begun {
  response: IncomingMessage
  host: string
  call: Call
}

/** Sends the request and waits for the headers of its answer. */
async function begin(request: HttpRequest, signal: AbortSignal | undefined): Promise<Begun> {
  for (;;) {
    try {
      return await attempt(request, signal)
    } catch (error) {
      // The server closed an idle connection while we wrote to it. Asking again changes nothing. Each of them is gone
      // after it was tried, so the last try has a new one.
      if (!(error instanceof StaleConnection)) throw error
    }
  }
}

async function attempt(request: HttpRequest, signal: AbortSignal | undefined): Promise<Begun> {
  const url = allowedUrl(request)
  const body = request.body === undefined ? undefined : Buffer.from(request.body)
  const options = optionsFor(request, url, body, await agentFor(url))
  const send = url.protocol === 'https:' ? https().request : requestHttp
  if (signal?.aborted === true) throw interrupted(url.host, false)
  const call = track(created(send, url, options), url.host, request, signal)
  const response = await call.answer(body)
  return { response, host: url.host, call }
}

/** Loaded by the first request that needs TLS: many runs never do. */
function https(): typeof Https {
  return process.getBuiltinModule('node:https')
}

function created(send: typeof requestHttp, url: URL, options: RequestOptions): ClientRequest {
  try {
    return send(url, options)
  } catch (error) {
    // Node names the header and not its value.
    throw new Problem({
      code: 'bad-request',
      message: `A request to ${url.host} cannot be written`,
      found: error instanceof Error ? error.message : String(error),
      cure: 'Look for a line break or another control character in the value, such as at the end of a secret',
      cause: error,
    })
  }
}

type Call = ReturnType<typeof track>

/** Watches one request: whether it has left, until when it may take, and what ended it. */
function track(request: ClientRequest, host: string, asked: HttpRequest, signal: AbortSignal | undefined) {
  const timeout = asked.timeout ?? TIMEOUT
  let sentAt: number | undefined
  let ended: NetworkError | undefined

  request.once('socket', (socket) => {
    const started = () => {
      sentAt ??= performance.now()
    }
    if (isConnecting(socket)) socket.once('encrypted' in socket ? 'secureConnect' : 'connect', started)
    else started()
  })
  const stop = (why: NetworkError) => {
    ended ??= why
    request.destroy(why)
  }
  const timer = setTimeout(() => stop(timedOut(host, timeout, sentAt !== undefined)), timeout)
  const abort = () => stop(interrupted(host, sentAt !== undefined))
  signal?.addEventListener('abort', abort, { once: true })
  const end = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  const explain = (error: unknown): Error => {
    if (ended !== undefined) return ended
    if (error instanceof Problem) return error
    if (error instanceof MetadataAddressError) return forbiddenAddress(host)
    return networkError(error, host, sentAt !== undefined)
  }

  return {
    end,
    explain,
    /** From here on it may take as long as it wants. */
    disarm: () => clearTimeout(timer),
    sentAt: () => sentAt ?? performance.now(),
    answer: (body: Uint8Array | undefined) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve)
        request.on('error', (error) => {
          end()
          const stale = request.reusedSocket && ended === undefined && isLook(asked) && isReset(error)
          reject(stale ? new StaleConnection() : explain(error))
        })
        request.end(body)
      }),
  }
}

class StaleConnection extends Error {}

function isConnecting(socket: Socket): boolean {
  if (!('encrypted' in socket)) return socket.connecting
  return socket.connecting || ('secureConnecting' in socket && socket.secureConnecting === true)
}

function isLook({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function timedOut(host: string, timeout: number, sent: boolean): NetworkError {
  return new NetworkError({
    code: sent ? 'network-lost' : 'network-refused',
    message: `no answer from ${host} within ${formatDuration(timeout)}`,
    sent,
    timedOut: true,
  })
}

function interrupted(host: string, sent: boolean): NetworkError {
  return new NetworkError({ code: 'interrupted', message: `interrupted while asking ${host}`, sent })
}

// ---------------------------------------------------------------- what may be sent, and how

function optionsFor(
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

function joined(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  )
}

const agents = new Map<string, Agent | Https.Agent>()

/** HTTPS_PROXY and NO_PROXY are Node's own matter, where it has it; loopback never goes through a proxy (as in Go). */
async function agentFor(url: URL): Promise<Agent> {
  const direct = isLoopback(url.hostname)
  const key = `${url.protocol} ${direct ? 'direct' : 'by environment'}`
  const known = agents.get(key)
  if (known !== undefined) return known
  const options = { keepAlive: true, timeout: IDLE, ...(direct ? {} : { proxyEnv: process.env }) }
  const agent = url.protocol === 'https:' ? new (https().Agent)(options) : new Agent(options)
  agents.set(key, agent)
  return agent
}
