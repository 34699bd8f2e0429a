import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import { type Stoppable, stopAll, stoppable } from '../../helpers/stoppable.ts'
import { breakProxy, type EffectFault, isChange, mendProxy, type Speech } from '../faults.ts'
import type { CallStage, Effect, Part } from '../world.ts'

/** Answers one request, and says what it did, if anything. */
export type Handler = (
  request: Asked,
  effects: readonly Effect[],
) => { status: number; body?: object; did?: string }

interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface HttpStage {
  readonly handler: Handler
  readonly setting: (url: string) => Pick<CallStage, 'options' | 'secrets' | 'reversals'>
}

/** Stages with an HTTP service each, on loopback behind a proxy that can fail. */
export async function startHttpPart({ handler, setting }: HttpStage): Promise<Part<CallStage>> {
  const started: Stoppable[] = []
  const stage = async (): Promise<CallStage> => {
    const effects: Effect[] = []
    const service = await serve(handler, effects)
    const proxy = await startFaultProxy(service.url)
    started.push(service, proxy)
    return { ...setting(proxy.url), effects: async () => [...effects], ...breakable(proxy) }
  }
  return stoppable({ stage }, () => stopAll(started))
}

async function serve(handler: Handler, effects: Effect[]): Promise<{ url: string } & Stoppable> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request
    const { status, body, did } = handler({ method, path, headers, body: await text(request) }, effects)
    const id = headers['idempotency-key']
    if (did !== undefined) effects.push({ what: did, id: typeof id === 'string' ? id : undefined })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return stoppable({ url: `http://127.0.0.1:${port}` }, async () => {
    server.close()
    server.closeAllConnections()
  })
}

function breakable(proxy: FaultProxy): Pick<CallStage, 'breakWith' | 'mend'> {
  let broken: EffectFault | undefined
  return {
    async breakWith(fault, what) {
      broken = fault
      await breakProxy(proxy, fault, SPEECH, what === 'changes' ? isChange : undefined)
    },
    async mend() {
      if (broken !== undefined) await mendProxy(proxy, broken)
      broken = undefined
    },
  }
}

const SPEECH: Speech = (status) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: `in the words of the service (${status})` }),
})
