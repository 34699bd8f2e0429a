import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

// A registry that has every tag and takes its time. A thread of its own: what it does must not stand in the way of
// those who ask.

const { delayMs } = workerData as { delayMs: number }
const DIGEST = `sha256:${'0'.repeat(64)}`

const server = createServer((_request, response) => {
  setTimeout(() => {
    response.writeHead(200, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': DIGEST,
      'content-length': 1000,
    })
    response.end()
  }, delayMs)
})
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort?.postMessage((server.address() as AddressInfo).port)
})
