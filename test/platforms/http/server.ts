import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { type Stoppable, stoppable } from '../../helpers/stoppable.ts'

export interface TestServer extends Stoppable {
  readonly host: string
  readonly url: string
  readonly seen: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[]
  /** What the next requests are answered with. */
  answer: (response: ServerResponse) => void
}

/** A server that says what it is told to. */
export async function startServer(): Promise<TestServer> {
  const parts = {
    host: '',
    url: '',
    seen: [] as TestServer['seen'],
    answer: (response: ServerResponse): void => void response.end(),
  }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request
      parts.seen.push({ method, path: url, headers, body })
      return parts.answer(response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  parts.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  parts.url = `http://${parts.host}`
  return stoppable(parts, async () => {
    server.close()
    server.closeAllConnections()
  })
}

export function json(value: unknown, status = 200): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status).end(JSON.stringify(value))
}

export function plain(status: number, body = ''): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status).end(body)
}
