import type { Plan } from '../../src/core/plan/types.ts'
import type { Line } from '../../src/core/run/events.ts'
import {
  backup,
  callStep,
  callUse,
  change,
  fence,
  gateUse,
  planOf,
  setStep,
  setUse,
  step,
} from '../core/plan-of.ts'
import { play, type World } from '../core/run/simulator.ts'
import { CALLED, HOOK_LOST, journal, plan, PROVEN, RETAGGED, STARTED } from '../report/fixtures.ts'

const DIGEST = `sha256:${'9f'.repeat(32)}`
const STATE = { digest: DIGEST, mediaType: 'application/vnd.oci.image.index.v1+json', size: 1234 }

/** With what plans of every platform hold. */
const REAL = planOf(
  [
    step('ask', gateUse({ text: 'Is the database ready?', expects: 'yes' })),
    step(
      'image',
      {
        ...setUse(change('image:ghcr.io/acme/api:prod', { from: STATE, to: STATE, details: ['- a', '+ b'] })),
        uses: 'registry.retag',
        with: { repository: 'ghcr.io/acme/api', tag: 'prod', to: '${target.sha}', backup: 'b-${run.stamp}' },
      },
      {
        needs: ['ask'],
        verify: { within: 1000, must: [{ signal: 'live', same_commit: 'abc1234' }], should: [] },
      },
    ),
    step(
      'pods',
      {
        ...setUse(
          change('pods:api', {
            from: { format: 1, revision: 3, templateHash: 'sha256:a', images: { api: 'api:1' } },
            to: { format: 1, revision: 2, templateHash: 'sha256:b', images: { api: 'api:0' } },
          }),
        ),
        uses: 'kubernetes.deployment',
        with: { name: 'api', namespace: 'shop' },
      },
      { needs: ['image'] },
    ),
    step(
      'hook',
      {
        ...callUse('hook', { repeat: 'harmless', manual: ['curl -X POST "$HOOK"'] }),
        uses: 'render.deploy-hook',
        with: { url: '${secrets.hook}' },
      },
      { needs: ['image'], skip: 'already live' },
    ),
    step(
      'script',
      {
        ...callUse('script', { observable: true, reversal: { how: 'none', why: 'it cannot' } }),
        uses: 'command.run',
        with: { argv: ['./x.sh', '--', '${target}'], check: { argv: ['./y.sh'] } },
      },
      { needs: [], fallback: { ...gateUse(), uses: 'person.confirm', with: { question: 'sure?' } } },
    ),
  ],
  {
    secrets: { hook: { env: 'HOOK' }, file: { file: '/nowhere' }, cmd: { command: ['pass', 'x'] } },
    signals: {
      live: { source: 'http', with: { url: 'https://api.example/v', json: '$.commit' }, every: 1000 },
      slow: { source: 'command', with: { argv: ['./slow.sh'], stdout: 'number' }, unit: 'ms' },
    },
    liveSignal: 'live',
    verify: {
      within: 60_000,
      must: [{ signal: 'live', same_commit: '${target.sha}', in_a_row: 3 }],
      should: [{ signal: 'slow', below: '500ms', samples: 5 }],
    },
    deadline: 900_000,
    takes: 300_000,
    limits: { decide: 1000, execute: 60_000 },
    evidence: [{ signal: 'live', value: 'bad5678' }],
    decision: {
      verdict: 'rollback',
      triggers: [
        {
          id: 'slow',
          severity: 'critical',
          condition: 'slow above 500ms',
          judged: 'holds',
          words: '812ms',
          since: 1_795_000_000_000,
          verdict: 'rollback',
        },
      ],
    },
    guards: [
      { id: 'there', holds: { signal: 'live', passing: true }, verdict: 'holds', words: 'passing' },
      {
        id: 'quick',
        holds: { any: [{ signal: 'slow', below: '1s' }] },
        verdict: 'unknown',
        words: 'no answer',
        forced: true,
      },
    ],
    capture: [{ id: 'log', source: 'command', with: { argv: ['./log.sh'] } }],
    without: [{ step: 'fence', why: 'left out by --without' }],
    confirmations: [{ id: 'overwrite-image', question: { text: 'Overwrite it?', expects: 'yes' } }],
    reason: 'checkout fails',
    onFailure: 'undo',
  },
)

const BRANCHES = planOf([
  setStep('a'),
  step('b', setUse(backup('b:backup'), fence('b:fence'), change('b:x'), change('b:y')), { needs: ['a'] }),
  callStep('c', { repeat: 'harmless' }, { needs: ['a'] }),
  setStep('d', { needs: ['b', 'c'], fallback: callUse('d:other') }),
])

export const PLANS: readonly Plan[] = [plan(), REAL, REAL, BRANCHES]

/** What a run of each plan has written, in different worlds. */
export const JOURNALS: readonly (readonly Line[][])[] = PLANS.map((one, index) => [
  ...(index === 0
    ? [
        journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN]),
        journal([...STARTED, ...RETAGGED, ...HOOK_LOST]),
      ]
    : []),
  ...worlds().map((world) => play(one, world).lines),
])

function worlds(): World[] {
  return [
    {},
    { proof: 'fails' },
    { effects: { a: { tries: ['retryable', 'lost-applied'] }, hook: { tries: ['lost-not-applied'] } } },
    { effects: { 'b:x': { tries: ['refused'] }, script: { tries: ['lost-applied'], blind: 9 } } },
    { answers: { ask: false }, ci: true },
    { guards: [['holds', 'unknown']] },
    { guards: [['fails', 'holds']] },
    { crashes: [{ afterLine: 9, happened: true, downtime: 1000 }], verified: { image: 'unknown' } },
  ]
}
