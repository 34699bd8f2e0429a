import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

import { rangeAnswer, STEP_SECONDS } from './range-answer.ts'

// Endpoints that answer at once, and a Prometheus that knows one answer. A thread of its own: what it does must not stand
// in the way of those who ask.

/** All that come at once are let in; a connection too many would come back after a second. */
const BACKLOG = 4096

let range = Buffer.from(rangeAnswer())
// A history that ends a while ago would be no data. It is seldom made anew, so that this hardly meets a measurement.
setInterval(() => (range = Buffer.from(rangeAnswer())), STEP_SECONDS * 2000)
const ok = Buffer.from('ok')

const server = createServer((request, response) => {
  const isRange = request.url?.startsWith('/api/v1/query_range?') === true
  const body = isRange ? range : ok
  response.writeHead(200, {
    'content-type': isRange ? 'application/json' : 'text/plain',
    'content-length': body.length,
  })
  response.end(body)
})
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort?.postMessage((server.address() as AddressInfo).port)
})
