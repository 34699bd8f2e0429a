import type { CallWorld } from '../world.ts'
import { type Handler, startHttpPart } from './http-service.ts'

/** A service of feature flags with a token, that keeps a list of what it was told. */
export const httpRequest: CallWorld = {
  kind: 'call',
  needs: ['curl'],
  calls: {
    refused: 'no',
    cut: 'unknown',
    unauthorized: 'no',
    forbidden: 'no',
    missing: 'no',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'no',
    // Any 2xx is a success, unless the runbook expects a certain one.
    page: 'taken',
    garbage: 'taken',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  finds: {
    refused: 'unknown',
    cut: 'unknown',
    unauthorized: 'unknown',
    forbidden: 'unknown',
    missing: 'not-done',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'not-done',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
  },
  handsOnId: true,
  start: () => startHttpPart({ handler, setting }),
}

const TOKEN = 'flags-t0ken/with+odd=chars&%'

function setting(url: string) {
  const authorization = 'Bearer ${secrets.FLAGS_TOKEN}'
  return {
    options: {
      method: 'POST',
      url: `${url}/flags/checkout`,
      headers: { authorization },
      body: { on: false, note: "it's off" },
      check: { url: `${url}/flags/checkout`, headers: { authorization }, json: '$.on', equals: false },
    },
    secrets: { FLAGS_TOKEN: TOKEN },
    reversals: {
      none: {},
      again: { undo: 'again' },
      other: { undo: { method: 'DELETE', url: `${url}/flags/checkout`, headers: { authorization } } },
    },
  }
}

const handler: Handler = ({ method, path, headers, body }, effects) => {
  if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 }
  if (method === 'GET') return { status: 200, body: { on: effects.length % 2 === 0 } }
  return { status: 202, did: `${method} ${path} ${body}` }
}
