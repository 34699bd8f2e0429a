import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { Worker } from 'node:worker_threads'

import { openDoors } from '../src/io/doors.ts'
import { retag } from '../src/platforms/registry/retag.ts'
import { measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'

const SURFACES = 100
const DELAY_MS = 50
const OURS = `${SURFACES} tags through registry.retag`
const BARE = `${SURFACES} requests with node:http`
const TAGS = Array.from({ length: SURFACES }, (_, index) => `tag-${index}`)

export const observe: Benchmark = { run }

async function run(): Promise<Outcome> {
  const worker = new Worker(new URL('slow-registry.ts', import.meta.url), {
    workerData: { delayMs: DELAY_MS },
  })
  try {
    const [port] = (await once(worker, 'message')) as [number]
    const host = `127.0.0.1:${port}`
    const measured = await measure(
      [
        { name: BARE, run: () => askBare(host) },
        { name: OURS, run: () => askThroughDoors(host) },
      ],
      { rounds: 60, warmUps: 10 },
    )
    return {
      title: 'Observe',
      about: `What is live on ${SURFACES} surfaces that each answer after ${DELAY_MS} ms: all tags of one \`registry.retag\` step through the tool's own doors, against a loop of bare requests. New connections in every run, as in a new process.`,
      measured,
      ratios: [ratio(measured, OURS, BARE, { limit: 1.5 })],
      notMeasured: [
        'TLS, and logging in.',
        'The first time in a process: both sides are warm here. Start-up has its own benchmark.',
      ],
    }
  } finally {
    await worker.terminate()
  }
}

async function askThroughDoors(host: string): Promise<void> {
  const doors = openDoors()
  const readings = await retag.surfaces({ repository: `${host}/acme/api`, tag: TAGS }, doors.read)
  await doors.close()
  const present = readings.filter(({ seen }) => seen.status === 'present').length
  if (present !== SURFACES) throw new Error(`Only ${present} surfaces were seen`)
}

async function askBare(host: string): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  await Promise.all(TAGS.map((tag) => head(`http://${host}/v2/acme/api/manifests/${tag}`, agent)))
  agent.destroy()
}

async function head(url: string, agent: Agent): Promise<void> {
  const call = request(url, { method: 'HEAD', agent }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  await response.toArray()
}
