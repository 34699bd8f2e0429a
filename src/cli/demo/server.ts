import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the demo: on loopback only, on a port that the system chose. */
export interface DemoServer {
  /** `127.0.0.1:PORT`. */
  host: string
  close(): Promise<void>
}

export interface Answer {
  status: number
  headers?: Record<string, string> | undefined
  body?: string | Uint8Array | undefined
}

export type Handler = (request: DemoRequest) => Promise<Answer> | Answer

export interface DemoRequest {
  method: string
  url: URL
  headers: IncomingMessage['headers']
  body(): Promise<Buffer>
}

export async function serve(handler: Handler): Promise<DemoServer> {
  const server = createServer((request, response) => void respond(request, response, handler))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Clients keep connections open; the demo must not wait for them.
        server.closeAllConnections()
      }),
  }
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

async function respond(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  const answer = await answerOf(request, handler)
  const body = Buffer.from(answer.body ?? '')
  response.writeHead(answer.status, { 'content-length': String(body.length), ...answer.headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answerOf(request: IncomingMessage, handler: Handler): Promise<Answer> {
  try {
    return await handler({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://127.0.0.1'),
      headers: request.headers,
      body: () => bytesOf(request),
    })
  } catch (error) {
    return json(500, { error: String(error) })
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
