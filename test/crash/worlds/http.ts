import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { stringify } from 'yaml'

import { makeCli } from '../../e2e/helpers/cli.ts'
import { stoppable } from '../../helpers/stoppable.ts'
import type { Scenario, World } from '../world.ts'

const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const BAD = 'b0bacafe00112233445566778899aabbccddeeff'

/** An API that deploys a version (and says which), purges a cache, and tells people. */
export const http: Scenario = {
  name: 'http',
  needs: [],
  uses: ['http.request'],
  cuts: ['effect-done:2'],
  start: startHttpWorld,
}

async function startHttpWorld(): Promise<World> {
  let live = BAD
  let changes: string[] = []
  let calls: string[] = []
  function answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): void {
    const [, what = '', which = ''] = url.split('/')
    if (method === 'POST' && what === 'deploy') {
      live = which
      changes.push(`deploy ${which}`)
    } else if (method === 'POST') calls.push(what)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ commit: live }))
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cli = await makeCli()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(join(cli.folder, 'rollback.yaml'), runbook(url))
  return stoppable(
    {
      cli,
      target: GOOD,
      answers: [],
      doubtful: { announce: 'announce' },
      asked: 'announce',
      async startOver() {
        live = BAD
        changes = []
        calls = []
        await rm(cli.store, { recursive: true, force: true })
      },
      state: async () => live,
      log: async () => ({ changes, calls }),
    },
    async () => {
      await cli.stop()
      server.close()
      server.closeAllConnections()
    },
  )
}

function runbook(url: string): string {
  const post = (id: string, path: string, more: object): object => ({
    id,
    uses: 'http.request',
    with: { method: 'POST', url: `${url}/${path}`, undo: 'again', ...more },
    retry: { attempts: 3, backoff: '20ms' },
  })
  return stringify({
    version: 1,
    service: 'web',
    release: { live: { signal: 'live' } },
    signals: { live: { http: { url: `${url}/version`, json: '$.commit' }, every: '20ms' } },
    triggers: [{ id: 'wrong-version', severity: 'high', signal: 'live', equals: BAD }],
    guards: [{ id: 'answers', signal: 'live', passing: true }],
    capture: [{ id: 'version', signal: 'live' }],
    procedures: {
      deploy: {
        steps: [
          post('announce', 'announce', { repeat: 'ask' }),
          post('deploy', 'deploy/${target.sha}', {
            check: { url: `${url}/version`, json: '$.commit', equals: '${target.sha}' },
          }),
          post('purge', 'purge', { repeat: 'harmless' }),
        ],
        verify: {
          within: '10s',
          must: [{ signal: 'live', same_commit: '${target.sha}', in_a_row: 2 }],
        },
        bake: { for: '100ms', must: [{ signal: 'live', same_commit: '${target.sha}' }] },
      },
    },
  })
}
