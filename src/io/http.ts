import type { IncomingMessage } from 'node:http'

import type { HttpRequest, HttpResponse } from '../core/doors.ts'
import { Problem } from '../core/problem.ts'
import { begin, type Call } from './http-call.ts'
import { NetworkError, networkError } from './network-error.ts'

const LIMIT = 4 * 1024 * 1024
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

function joined(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  )
}
