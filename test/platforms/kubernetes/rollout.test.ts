import { expect, test } from 'vitest'

import type { Receipt, Seen } from '../../../src/core/contract.ts'
import { rolloutProgress } from '../../../src/platforms/kubernetes/rollout.ts'
import type { DeploymentState, Rollout } from '../../../src/platforms/kubernetes/state.ts'

const TO: DeploymentState = { format: 1, revision: 3, templateHash: 'sha256:to', images: { app: 'api:1' } }
const AT = Date.parse('2026-01-02T03:04:05Z')
const RECEIPT: Receipt = { generation: 7, resourceVersion: '1', uid: 'u', at: AT, sent: AT + 5000 }

const DONE: Rollout = {
  generation: 7,
  observed: 7,
  desired: 3,
  total: 3,
  updated: 3,
  available: 3,
  deadline: 600,
  paused: false,
  looked: AT + 100_000,
}

function seen(rollout: Partial<Rollout>, templateHash = TO.templateHash): Seen<DeploymentState> {
  return {
    status: 'present',
    label: 'revision 8, api:9',
    state: { ...TO, revision: 8, templateHash, rollout: { ...DONE, ...rollout } },
  }
}

function failedAfter(seconds: number): Partial<Rollout> {
  const at = new Date(AT + seconds * 1000).toISOString()
  return { updated: 1, failed: { at, words: 'timed out progressing' } }
}

test.for<[string, Seen<DeploymentState>, Receipt | undefined, string]>([
  ['all there', seen({}), RECEIPT, 'reached: successfully rolled out, 3 of 3 replicas available'],
  ['without a receipt', seen({}), undefined, 'reached: successfully rolled out, 3 of 3 replicas available'],
  [
    'scaled to nothing',
    seen({ desired: 0, total: 0, updated: 0, available: 0 }),
    RECEIPT,
    'reached: successfully rolled out, 0 of 0 replicas available',
  ],
  [
    'not observed',
    seen({ observed: 6 }),
    RECEIPT,
    'moving: waiting for the deployment controller to observe the change',
  ],
  [
    'an old look',
    seen({ generation: 6, observed: 6 }),
    RECEIPT,
    'moving: waiting for the deployment controller to observe the change',
  ],
  ['updating', seen({ updated: 2, total: 4 }), RECEIPT, 'moving: 2 of 3 new replicas have been updated'],
  ['old ones left', seen({ total: 4 }), RECEIPT, 'moving: 1 old replicas are pending termination'],
  ['unready', seen({ available: 1 }), RECEIPT, 'moving: 1 of 3 updated replicas are available'],
  ['failed', seen(failedAfter(600)), RECEIPT, 'failed: timed out progressing'],
  ['failed, without a receipt', seen(failedAfter(-5)), undefined, 'failed: timed out progressing'],
  [
    'the failure of the version before',
    seen(failedAfter(-5)),
    RECEIPT,
    'moving: 1 of 3 new replicas have been updated',
  ],
  [
    'a deadline that ran before, and a whole one since',
    seen({ ...failedAfter(90), looked: AT + 605_000 }),
    RECEIPT,
    'failed: timed out progressing',
  ],
  [
    'a deadline that ran before',
    seen(failedAfter(90)),
    RECEIPT,
    'moving: 1 of 3 new replicas have been updated',
  ],
  ['still the former template', seen({}, 'sha256:from'), undefined, 'moving: still at revision 8, api:9'],
  [
    'replaced by somebody',
    seen({ generation: 8 }, 'sha256:x'),
    RECEIPT,
    'failed: somebody has changed it since: revision 8, api:9',
  ],
  ['gone', { status: 'absent' }, RECEIPT, 'failed: the Deployment is gone'],
  ['unreachable', { status: 'unknown', why: 'connection refused' }, RECEIPT, 'moving: connection refused'],
])('judges a rollout: %s', ([, state, receipt, expected]) => {
  const progress = rolloutProgress(state, TO, receipt)
  expect(`${progress.state}: ${progress.words}`).toBe(expected)
})
