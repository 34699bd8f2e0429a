import { expect, test } from 'vitest'

import type { Readiness } from '../../src/core/plan/readiness.ts'
import type { Candidate } from '../../src/core/release.ts'
import { bakeEndText, bakeIntro } from '../../src/report/bake-text.ts'
import { checkText } from '../../src/report/check-text.ts'
import { type Look, PLAIN_PAINT } from '../../src/report/look.ts'
import { outcomeText } from '../../src/report/outcome-text.ts'
import { planText } from '../../src/report/plan-text.ts'
import { readinessText } from '../../src/report/readiness-text.ts'
import { refusalText } from '../../src/report/refusal-text.ts'
import { runText } from '../../src/report/run-text.ts'
import { statusOf } from '../../src/report/status.ts'
import { statusText } from '../../src/report/status-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { versionsText } from '../../src/report/versions-text.ts'
import {
  BAKE,
  BAKING,
  CALLED,
  GOOD,
  HOOK_LOST,
  journal,
  plan,
  PROVEN,
  RETAGGED,
  STARTED,
  TAG,
} from './fixtures.ts'

const NARROW: Look = { paint: PLAIN_PAINT, width: 40 }

const SERVICE = { service: 'acme-api', environment: 'production' }
const PLAN = plan({
  reason: 'checkout fails for everybody who pays by card',
  deadline: 900_000,
  limits: { decide: 5000, execute: 300_000, verify: 300_000 },
  confirmations: [
    { id: 'overwrite', question: { text: 'The tag is there already: overwrite it?', expects: 'yes' } },
  ],
})
const GUIDE = {
  useWhen: "the target's image still exists",
  takes: 300_000,
  maxDowntime: { critical: 300_000, high: 900_000, medium: 1_800_000 },
  notes: 'Tell the people of support before you begin with it.',
  links: ['https://wiki.example.com/runbooks/acme-api'],
}
const CANDIDATES: Candidate[] = [
  {
    release: { given: GOOD, sha: GOOD, tag: 'v1.4.2' },
    names: ['revision:3'],
    why: 'proven, and its image is present',
  },
]
const READINESS: Readiness = {
  ...SERVICE,
  procedure: 'retag',
  surfaces: [
    {
      step: 'image',
      surface: TAG,
      type: 'image tag',
      live: 'sha256:9f8e7d6c5b4a',
      state: 'ready',
      trial: { candidate: 'v1.4.2', state: 'possible', checks: [] },
    },
  ],
  calls: [],
  secrets: [{ name: 'deploy_hook', from: 'env RENDER_PROD_DEPLOY_HOOK', state: 'ready' }],
  guards: [],
  questions: [],
  signals: [{ name: 'health', value: 'it does not answer: connection refused', state: 'failing' }],
  candidates: CANDIDATES,
}

const PROVEN_RUN = journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN])
const LOST_RUN = journal([...STARTED, ...RETAGGED, ...HOOK_LOST])
const CUT_RUN = journal([...STARTED, ...RETAGGED])

const BAKING_PLAN = plan({ bake: BAKE })
const BAKING_RUN = journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN, ...BAKING])
const BAKING_STATUS = statusOf('/srv/store', [{ plan: BAKING_PLAN, lines: BAKING_RUN }], [])

const TEXTS: Record<string, string> = {
  'a plan with a bake': planText(BAKING_PLAN, NARROW, GUIDE),
  'before a bake': bakeIntro(summarise(BAKING_PLAN, BAKING_RUN), NARROW),
  'the end of a bake': bakeEndText(summarise(BAKING_PLAN, BAKING_RUN), NARROW),
  'a status with a bake': statusText(BAKING_STATUS, NARROW, 0),
  plan: planText(PLAN, NARROW, GUIDE),
  'a run': runText(PLAN, PROVEN_RUN, NARROW),
  'the end of a run': outcomeText(summarise(PLAN, PROVEN_RUN), NARROW),
  'the end of a run in doubt': outcomeText(summarise(PLAN, LOST_RUN), NARROW),
  status: statusText(
    statusOf('/home/somebody/.local/state/rollback', [{ plan: PLAN, lines: CUT_RUN, unshared: true }], [], {
      damaged: [{ id: '20261122-041500-bbbb', why: 'its journal is damaged at line 3 of 17' }],
      unreadable: [],
    }),
    NARROW,
    0,
  ),
  'an empty status': statusText(statusOf('/home/somebody/.local/state/rollback', [], []), NARROW, 0),
  readiness: readinessText(READINESS, GUIDE, NARROW),
  refusal: refusalText(
    {
      ...SERVICE,
      procedure: 'retag',
      target: { given: GOOD, sha: GOOD },
      reasons: [
        { kind: 'missing', step: 'image', surface: TAG, why: 'the registry says that it does not exist' },
      ],
      fine: ['redeploy: all is there that it needs'],
      without: ['image'],
      alsoDropped: ['redeploy'],
    },
    'rollback run --target 1a2b3c4 --without image',
    NARROW,
  ),
  versions: versionsText(
    { ...SERVICE, live: { unasked: true }, candidates: CANDIDATES, candidatesUnread: undefined, blocked: [] },
    NARROW,
  ),
  check: checkText(
    {
      verdict: 'unknown',
      sampled: 0,
      unanswered: [],
      triggers: [
        {
          id: 'errors-critical',
          severity: 'critical',
          condition: 'error_rate above 10% for 5m',
          judged: 'unknown',
          verdict: 'rollback',
          words: 'it was measured for 1 m only',
          rule: 'what is not known does not pass for well',
        },
      ],
    },
    'acme-api, production',
    NARROW,
  ),
}

test.each(Object.entries(TEXTS))('at 40 columns: %s', (_, text) => {
  const wide = text.split('\n').filter((line) => line.length > NARROW.width && !isWhole(line))
  expect(wide).toEqual([])
})

/** A command, or a word that is too long: what is copied is never broken. */
function isWhole(line: string): boolean {
  return (
    /^ *(rollback [a-z]+|--[a-z]+) /.test(line) ||
    !line
      .trim()
      .replace(/^(- |stands: )/, '')
      .includes(' ')
  )
}
