import type { CallWorld } from '../world.ts'
import { type Handler, startHttpPart } from './http-service.ts'

/** What stands for Render: a hook that is a secret as a whole, and a list of deploys. */
export const renderDeployHook: CallWorld = {
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
    page: 'taken',
    garbage: 'taken',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  handsOnId: false,
  start: () => startHttpPart({ handler, setting }),
}

const KEY = 'rnd-h00k-Key'

function setting(url: string) {
  return {
    options: { url: '${secrets.DEPLOY_HOOK}', image: 'acme/api:prod' },
    secrets: { DEPLOY_HOOK: `${url}/deploy/srv-c0ffee123?key=${KEY}` },
    reversals: { again: {} },
  }
}

const handler: Handler = ({ method, path }) => {
  const known = method === 'POST' && path.startsWith(`/deploy/srv-c0ffee123?key=${KEY}`)
  if (!known) return { status: 404 }
  return { status: 200, body: { deploy: { id: 'dep-1' } }, did: `deploy ${path.replace(KEY, '')}` }
}
