import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { tempFolder } from './folder.ts'
import { freePort, startDaemon } from './process.ts'
import { stopAll, type Stoppable, stoppable } from './stoppable.ts'

export const PROMETHEUS_PROGRAMS = ['prometheus']

export interface Metered extends Stoppable {
  /** Of Prometheus. */
  url: string
  /** So many requests a second from now on, and which share of them fails; undefined: it cannot be scraped. */
  load(requests: number, failing: number): void
  goDown(): void
}

/** A real Prometheus, which scrapes a service of ours five times a second. */
export async function startMetered(): Promise<Metered> {
  const folder = await tempFolder('prometheus')
  let rate = { requests: 10, failing: 0 }
  let down = false
  const counted = { requests: 0, errors: 0 }
  let last = Date.now()
  const server = createServer((_request, response) => {
    if (down) return void response.destroy()
    const seconds = (Date.now() - last) / 1000
    last = Date.now()
    counted.requests += rate.requests * seconds
    counted.errors += rate.requests * rate.failing * seconds
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`requests_total ${counted.requests}\nerrors_total ${counted.errors}\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const own = await freePort()
  await writeFile(
    join(folder.path, 'prometheus.yml'),
    `scrape_configs:\n  - job_name: service\n    scrape_interval: 200ms\n    scrape_timeout: 200ms\n    static_configs:\n      - targets: ['127.0.0.1:${port}']\n`,
  )
  const url = `http://127.0.0.1:${own}`
  const program = await startDaemon(
    'prometheus',
    [
      `--config.file=${join(folder.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    { ready: async () => (await fetch(`${url}/-/ready`)).ok, stopSignal: 'SIGKILL' },
  )
  return stoppable(
    {
      url,
      load(requests: number, failing: number) {
        rate = { requests, failing }
      },
      goDown() {
        down = true
      },
    },
    async () => {
      server.close()
      server.closeAllConnections()
      await stopAll([program, folder])
    },
  )
}
