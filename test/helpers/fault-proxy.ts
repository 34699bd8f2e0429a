import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, request as requestHttps } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import { type Stoppable, stoppable } from './stoppable.ts'

/** A client's pooled connection must have seen its end, else its next request meets that instead of the port. */
const CLIENTS_NOTICE_MS = 20

export interface SeenRequest {
  readonly method: string
  /** With its query, as sent. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** 0 as long as nothing has been answered, and for ever when a fault swallowed the answer. */
  status: number
}

/**
 * - a status: answered here; the upstream never hears of the request
 * - `refuse`: the connection is reset before anything is forwarded
 * - `hang`: no answer, until the client gives up
 * - `drop-after-request`: the upstream carries it out, its answer is lost
 */
type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'refuse'
  | 'hang'
  | 'drop-after-request'

interface FaultRule {
  /** `nth` counts, from 1, the requests of this method and path (without query) since the rule was put in. */
  readonly when: (request: SeenRequest, nth: number) => boolean
  readonly how: Fault
  /** How often it strikes at most; without it, until `clearFaults`. */
  readonly times?: number
}

interface TlsPair {
  readonly key: string
  readonly cert: string
}

export interface FaultProxy extends Stoppable {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly url: string
  /** Every request in the order of arrival. */
  readonly requests: readonly SeenRequest[]
  fail(rule: FaultRule): void
  clearFaults(): void
  forgetRequests(): void
  /** Stops listening on the port: from now on the kernel itself refuses connections. */
  goDown(): Promise<void>
  /** Listens on the same port again. */
  comeBack(): Promise<void>
}

/**
 * Stands between a client and a real server, so that a test can see what was asked and lose what it wants.
 * It lives in the test's process: drive it with asynchronous clients only (`execFileSync` would deadlock).
 * With `tls` it speaks https, for clients that send no credentials over http (kubectl).
 */
export async function startFaultProxy(
  upstream: string,
  { tls }: { tls?: TlsPair } = {},
): Promise<FaultProxy> {
  const target = new URL(upstream)
  const requests: SeenRequest[] = []
  const rules = ruleBook()
  let server = await listen(0, answer, tls)
  const { port } = server.address() as AddressInfo

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const seen: SeenRequest = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.headers,
      status: 0,
    }
    requests.push(seen)
    const fault = rules.match(seen)
    // A client that hangs up in the middle is its own business; the log has kept what it asked.
    carryOut(fault, { target, incoming, outgoing, seen }).catch(() => outgoing.destroy())
  }

  const host = `127.0.0.1:${port}`
  const goDown = (): Promise<void> => close(server)
  return stoppable(
    {
      host,
      url: `${schemeOf(tls)}://${host}`,
      requests,
      fail: rules.add,
      clearFaults: rules.clear,
      forgetRequests: () => void requests.splice(0),
      goDown,
      comeBack: async () => {
        server = await listen(port, answer, tls)
      },
    },
    goDown,
  )
}

interface Exchange {
  readonly target: URL
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly seen: SeenRequest
}

async function carryOut(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { incoming, outgoing, seen } = exchange
  if (fault === undefined) return forward(exchange)
  if (fault === 'hang') return
  if (fault === 'refuse') return cut(incoming)
  if (fault === 'drop-after-request') {
    await buffer(await askUpstream(exchange))
    return cut(incoming)
  }
  await buffer(incoming)
  seen.status = fault.status
  outgoing.writeHead(fault.status, fault.headers).end(fault.body)
}

function cut({ socket }: IncomingMessage): void {
  // Node cannot reset what lies below TLS; the client loses its answer all the same.
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

async function forward(exchange: Exchange): Promise<void> {
  const { target, incoming, outgoing, seen } = exchange
  const response = await askUpstream(exchange)
  seen.status = response.statusCode ?? 502
  const here = `${'encrypted' in incoming.socket ? 'https' : 'http'}://${incoming.headers.host ?? ''}`
  outgoing.writeHead(seen.status, locationHere(response, target, here))
  // A watch may have nothing to say for long; its client waits for the headers.
  outgoing.flushHeaders()
  await pipeline(response, outgoing)
}

async function askUpstream({ target, incoming }: Exchange): Promise<IncomingMessage> {
  const send = target.protocol === 'https:' ? requestHttps : requestHttp
  const upstream = send({
    host: target.hostname,
    port: target.port,
    method: incoming.method,
    path: incoming.url,
    headers: incoming.headers,
    rejectUnauthorized: false,
  })
  upstream.on('error', () => {}) // After the answer nobody else listens; before it, `once` rejects.
  // Not awaited: a server may refuse a large upload (401) without having read it.
  pipeline(incoming, upstream).catch(() => {})
  const [response] = (await once(upstream, 'response')) as [IncomingMessage]
  return response
}

/** Raw header pairs, so that repeated headers (WWW-Authenticate) pass untouched; only Location is turned to us. */
function locationHere(response: IncomingMessage, target: URL, here: string): string[] {
  return response.rawHeaders.map((text, index) => {
    const isLocation = index % 2 === 1 && response.rawHeaders[index - 1]?.toLowerCase() === 'location'
    return isLocation ? text.replace(target.origin, here) : text
  })
}

function ruleBook() {
  let rules: { rule: FaultRule; struck: number; counts: Map<string, number> }[] = []
  return {
    add: (rule: FaultRule): void => void rules.push({ rule, struck: 0, counts: new Map() }),
    clear: (): void => {
      rules = []
    },
    /** The first rule that strikes decides; all rules count, also those that come after it. */
    match(seen: SeenRequest): Fault | undefined {
      const key = `${seen.method} ${seen.path.split('?', 1)[0]}`
      let fault: Fault | undefined
      for (const entry of rules) {
        const nth = (entry.counts.get(key) ?? 0) + 1
        entry.counts.set(key, nth)
        if (fault !== undefined || entry.struck >= (entry.rule.times ?? Infinity)) continue
        if (!entry.rule.when(seen, nth)) continue
        entry.struck += 1
        fault = entry.rule.how
      }
      return fault
    },
  }
}

async function listen(port: number, answer: RequestListener, tls: TlsPair | undefined): Promise<Server> {
  const options = { requestTimeout: 0, ...tls }
  const server = tls === undefined ? createServer(options, answer) : createHttpsServer(options, answer)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function schemeOf(tls: TlsPair | undefined): 'http' | 'https' {
  return tls === undefined ? 'http' : 'https'
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
  await sleep(CLIENTS_NOTICE_MS)
}
