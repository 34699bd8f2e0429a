import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from 'node:http'
import type { Socket } from 'node:net'

import type { HttpRequest } from '../core/doors.ts'
import { formatDuration } from '../core/duration.ts'
import { Problem } from '../core/problem.ts'
import { MetadataAddressError } from './address.ts'
import { allowedUrl, forbiddenAddress } from './allowed-url.ts'
import { agentFor, https } from './http-agents.ts'
import { optionsFor } from './http-options.ts'
import { NetworkError, networkError } from './network-error.ts'
import { whenAborted } from './when-aborted.ts'

// One request, until the headers of its answer: whether it has left, until when it may take, and what ended it.

const TIMEOUT = 30_000

export interface Begun {
  response: IncomingMessage
  host: string
  call: Call
}

/** Sends the request and waits for the headers of its answer. */
export async function begin(request: HttpRequest, signal: AbortSignal | undefined): Promise<Begun> {
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
  const options = optionsFor(request, url, body, agentFor(url))
  const send = url.protocol === 'https:' ? https().request : requestHttp
  if (signal?.aborted === true) throw interrupted(url.host, false)
  const call = track(created(send, url, options), url.host, request, signal)
  const response = await call.answer(body)
  return { response, host: url.host, call }
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

export type Call = ReturnType<typeof track>

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
  const forget = signal === undefined ? undefined : whenAborted(signal, abort)
  const end = () => {
    clearTimeout(timer)
    forget?.()
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
