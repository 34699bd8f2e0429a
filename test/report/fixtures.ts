import type { Plan, PlannedStep } from '../../src/core/plan/types.ts'
import type { Bake } from '../../src/core/model.ts'
import { sealPlan } from '../../src/core/plan/seal.ts'
import type { Line, RunEvent } from '../../src/core/run/events.ts'

export const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const BAD = '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c'
export const TAG = 'ghcr.io/acme/api:prod-latest'
const BACKUP = 'ghcr.io/acme/api:rollback-20261122-031500'

const OLD_LABEL = 'sha256:9f8e7d6c5b4a'
const NEW_LABEL = `${GOOD} (sha256:1a2b3c4d5e6f)`

const image: PlannedStep = {
  id: 'image',
  uses: 'registry.retag',
  kind: 'set',
  with: {},
  needs: [],
  timeout: 600_000,
  retry: { attempts: 3, backoff: 1000 },
  window: 'a push between the last look and the write is overwritten',
  checks: [
    { what: 'target image exists', how: 'server' },
    { what: 'write permission', how: 'cannot-be-known', note: 'a registry tells only when it is written' },
  ],
  changes: [
    {
      effect: `image:${BACKUP}`,
      surface: { id: BACKUP, kind: 'version', type: 'image tag' },
      role: 'prepare',
      state: 'change',
      from: null,
      to: { digest: 'sha256:9f' },
      fromLabel: 'absent',
      toLabel: OLD_LABEL,
      onUndo: 'keep',
      reversible: true,
      details: [],
      manual: [`crane copy ghcr.io/acme/api@sha256:9f ${BACKUP}`],
    },
    {
      effect: `image:${TAG}`,
      surface: { id: TAG, kind: 'version', type: 'image tag' },
      role: 'main',
      state: 'change',
      from: { digest: 'sha256:9f' },
      to: { digest: 'sha256:1a' },
      fromLabel: OLD_LABEL,
      toLabel: NEW_LABEL,
      onUndo: 'restore',
      reversible: true,
      details: [],
      manual: [`crane copy ghcr.io/acme/api@sha256:1a ${TAG}`],
    },
  ],
}

const redeploy: PlannedStep = {
  id: 'redeploy',
  uses: 'render.deploy-hook',
  kind: 'call',
  with: {},
  needs: ['image'],
  timeout: 600_000,
  retry: { attempts: 3, backoff: 1000 },
  checks: [{ what: 'deploy hook', how: 'cannot-be-known' }],
  changes: [],
  call: {
    effect: 'redeploy',
    repeat: 'harmless',
    reversal: { how: 'again' },
    observable: false,
    manual: ['curl -fsS -X POST "$RENDER_DEPLOY_HOOK"'],
  },
}

/** A tag and a hook: the plan that most of these tests look at. */
export function plan(changes: Partial<Omit<Plan, 'seal'>> = {}): Plan {
  return sealPlan({
    format: 1,
    kind: 'run',
    id: '20261122-031500-7f3a',
    stamp: '20261122-031500',
    createdAt: '2026-11-22T03:15:00.000Z',
    tool: '0.1.0',
    service: 'acme-api',
    environment: 'production',
    procedure: 'retag',
    reason: 'checkout fails',
    target: { given: GOOD, sha: GOOD },
    live: { release: { given: BAD, sha: BAD } },
    evidence: [{ signal: 'health', value: 'failing: HTTP 500' }],
    runbook: { path: '/srv/rollback.yaml', sha256: 'sha256:00', text: '' },
    secrets: {},
    signals: {},
    without: [],
    steps: [image, redeploy],
    verify: {
      within: 300_000,
      must: [{ signal: 'live_version', same_commit: '${target.sha}', in_a_row: 3 }],
      should: [{ signal: 'error_rate', below: '1%' }],
    },
    onFailure: 'stop',
    limits: {},
    confirmations: [],
    ...changes,
  })
}

export function withStep(id: 'image' | 'redeploy', changes: Partial<PlannedStep>): PlannedStep[] {
  return [image, redeploy].map((step) => (step.id === id ? { ...step, ...changes } : step))
}

const START = Date.UTC(2026, 10, 22, 3, 15)
const BY = { name: 'ana', host: 'laptop', ci: false }

/** One event a second. */
export function journal(events: RunEvent[]): Line[] {
  return events.map((event, index) => ({ n: index + 1, at: START + index * 1000, event }))
}

export const STARTED: RunEvent[] = [
  {
    type: 'run-started',
    format: 1,
    id: '20261122-031500-7f3a',
    kind: 'run',
    seal: 'sha256:00',
    service: 'acme-api',
    environment: 'production',
    procedure: 'retag',
    target: { given: GOOD, sha: GOOD },
    by: BY,
    reason: 'checkout fails',
  },
  { type: 'evidence', signal: 'health', value: 'failing: HTTP 500' },
  { type: 'phase-started', phase: 'execute' },
]

export const RETAGGED: RunEvent[] = [
  { type: 'step-started', step: 'image' },
  ...[BACKUP, TAG].flatMap((surface): RunEvent[] => {
    const effect = `image:${surface}`
    return [
      { type: 'intent', step: 'image', effect, attempt: 1, use: 'first' },
      { type: 'outcome', step: 'image', effect, attempt: 1, ok: true, receipt: {} },
      { type: 'observed', step: 'image', effect, progress: 'reached', words: 'is there' },
    ]
  }),
  { type: 'step-ended', step: 'image', result: 'done' },
]

export const HOOK_LOST: RunEvent[] = [
  { type: 'step-started', step: 'redeploy' },
  { type: 'intent', step: 'redeploy', effect: 'redeploy', attempt: 1, use: 'first' },
  {
    type: 'outcome',
    step: 'redeploy',
    effect: 'redeploy',
    attempt: 1,
    ok: false,
    retryAt: 0,
    failure: {
      code: 'timeout',
      message: 'the hook did not answer',
      applied: 'unknown',
      retryable: false,
    },
  },
  { type: 'step-ended', step: 'redeploy', result: 'failed', why: 'the hook did not answer' },
]

export const CALLED: RunEvent[] = [
  { type: 'step-started', step: 'redeploy' },
  { type: 'intent', step: 'redeploy', effect: 'redeploy', attempt: 1, use: 'first' },
  { type: 'outcome', step: 'redeploy', effect: 'redeploy', attempt: 1, ok: true, receipt: {} },
  { type: 'step-ended', step: 'redeploy', result: 'done' },
]

export const PROVEN: RunEvent[] = [
  { type: 'phase-started', phase: 'verify' },
  {
    type: 'condition-judged',
    condition: `live_version same commit as ${GOOD}, 3 in a row`,
    role: 'must',
    verdict: 'holds',
    words: `commit ${GOOD}, 3 of 3 in a row`,
  },
  { type: 'surface-proven', surface: TAG, verdict: 'holds', words: 'is sha256:1a2b3c4d5e6f' },
  { type: 'proof', verdict: 'holds', degraded: [], why: 'everything holds' },
  { type: 'run-ended', result: 'proven', exit: 0, why: 'it is live', stands: [`${TAG}: changed`] },
]

/** Half an hour, judged after five minutes. */
export const BAKE: Bake = {
  for: 1_800_000,
  settle: 300_000,
  must: [{ signal: 'error_rate', below: '1%' }],
  should: [{ signal: 'p95', below: '500ms' }],
}

/** Begun, and seen once. */
export const BAKING: RunEvent[] = [
  {
    type: 'bake-started',
    by: { name: 'ana', host: 'laptop', ci: false },
    pid: 4711,
    started: '1',
    host: 'laptop',
  },
  {
    type: 'bake-judged',
    condition: 'error_rate below 1%',
    role: 'must',
    verdict: 'holds',
    words: 'is 0.2%, below 1%',
  },
  { type: 'bake-watched', words: 'error_rate: is 0.2%, below 1%' },
]
