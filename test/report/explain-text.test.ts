import { expect, test } from 'vitest'

import type { PartExplained } from '../../src/core/conditions/explain.ts'
import type { Decision } from '../../src/core/conditions/verdict.ts'
import { explainText } from '../../src/report/explain-text.ts'
import { PLAIN, PLAIN_PAINT } from '../../src/report/look.ts'

const NOW = Date.UTC(2026, 10, 26, 3, 15)
const MINUTE = 60_000
const LIMIT = { says: '5 × baseline', value: 0.02, words: '5 × 0.4% (measured 24h 00m before) = 2%' }
const NONE = { limits: [], parts: [] }

const DECISION: Decision = {
  verdict: 'unknown',
  sampled: 80,
  unanswered: ['fix'],
  triggers: [
    {
      id: 'errors',
      severity: 'high',
      condition: 'error_rate above 5 × baseline and health failing',
      judged: 'holds',
      words: 'is 4%, above 5 × baseline; HTTP 503',
      verdict: 'unknown',
      rule: 'what is not known does not pass for well',
    },
  ],
  explanation: {
    triggers: [
      {
        id: 'errors',
        when: {
          says: 'all',
          condition: 'error_rate above 5 × baseline and health failing',
          judged: 'holds',
          words: '',
          limits: [],
          parts: [
            {
              says: 'condition',
              signal: 'error_rate',
              condition: 'error_rate above 5 × baseline',
              judged: 'holds',
              words: 'is 4%, above 5 × baseline',
              since: NOW - 4 * MINUTE,
              limits: [LIMIT],
              parts: [],
            },
            {
              says: 'condition',
              signal: 'health',
              condition: 'health failing',
              judged: 'holds',
              words: 'HTTP 503',
              ...NONE,
            },
          ],
        },
        unless: [
          {
            id: 'quick-fix',
            part: {
              says: 'condition',
              signal: 'fix',
              condition: 'fix below 5m',
              judged: 'unknown',
              words: 'no data: nobody has answered',
              ...NONE,
            },
          },
        ],
      },
    ],
    signals: [
      {
        name: 'error_rate',
        source: 'prometheus',
        asked: { url: 'http://prometheus:9090', query: 'sum(rate(errors[5m]))' },
        unit: 'ratio',
        window: 5 * MINUTE,
        every: MINUTE,
        history: 10 * MINUTE,
        baseline: { value: 0.004, origin: 'measured 24h 00m before' },
        measured: {
          count: 7,
          first: NOW - 6 * MINUTE,
          last: NOW,
          numbers: { min: 0.004, median: 0.02, max: 0.05, last: 0.04 },
          gaps: [{ from: NOW - 10 * MINUTE, to: NOW - 6 * MINUTE }],
          silent: [],
        },
      },
      {
        name: 'health',
        source: 'http',
        asked: { url: 'https://acme.io/health' },
        unit: undefined,
        every: 10_000,
        measured: {
          count: 1,
          first: NOW,
          last: NOW,
          value: null,
          failing: { why: 'HTTP 503', times: 1, last: NOW },
          gaps: [],
          silent: [],
        },
      },
    ],
    charts: [
      {
        signal: 'error_rate',
        by: 'errors',
        condition: 'error_rate above 5 × baseline',
        limits: [LIMIT],
        unit: 'ratio',
        from: NOW - 10 * MINUTE,
        to: NOW,
        longestGap: 3 * MINUTE,
        points: [
          { at: NOW - 6 * MINUTE, value: 0.004, holds: false },
          { at: NOW - 4 * MINUTE, value: 0.05, holds: true },
          { at: NOW - 2 * MINUTE, value: 0.04, holds: true },
        ],
      },
    ],
  },
}

test('says part by part what was judged, by which rule, and what was measured', () => {
  expect(explainText(DECISION, PLAIN)).toBe(`How it was judged

errors (high): holds
  ! all: holds
    ! error_rate above 5 × baseline
      is 4%, above 5 × baseline, since 2026-11-26T03:11:00Z or before
      limit: 5 × 0.4% (measured 24h 00m before) = 2%
    ! health failing
      HTTP 503
  unless quick-fix: not known
    ? fix below 5m
      no data: nobody has answered
  = unknown: what is not known does not pass for well

The verdict is the gravest of these: rollback, unknown, investigate, hold.

What was measured

error_rate: prometheus
  url         http://prometheus:9090
  query       sum(rate(errors[5m]))
  window      5m 00s
  looks back  10m 00s, every 1m 00s
  samples     7, from 2026-11-26T03:09:00Z to 2026-11-26T03:15:00Z (6m 00s)
  value       last 4%; min 0.4%, median 2%, max 5%
  gaps        2026-11-26T03:05:00Z to 2026-11-26T03:09:00Z (4m 00s)
  usual       0.4% (measured 24h 00m before)
    5% │                                           ██████████████
       │                                                         ███████████████
       │
    2% │────────────────────────────────────────────────────────────────────────
       │
    0% │                            ···············
       └────────────────────────────────────────────────────────────────────────
        03:05:00Z                                                      03:15:00Z
    errors: error_rate above 5 × baseline: █ is, · is not; blank: not known

health: http
  url      https://acme.io/health
  samples  1, of 2026-11-26T03:15:00Z
  failed   HTTP 503 (once, last 2026-11-26T03:15:00Z)`)
})

test('at 40 columns no line is wider', () => {
  const lines = explainText(DECISION, { paint: PLAIN_PAINT, width: 40 }).split('\n')
  expect(lines.filter((line) => line.length > 40)).toEqual([])
})

test('of several series each is said, as far as anybody reads them', () => {
  const regions = Array.from({ length: 12 }, (_, index) => ({
    name: `{region="r${index}"}`,
    judged: index === 0 ? ('holds' as const) : ('fails' as const),
    words: index === 0 ? 'is 40%, above 10%' : 'is 1%, not above 10%',
  }))
  const part: PartExplained = {
    says: 'condition',
    signal: 'error_rate',
    condition: 'error_rate above 10%',
    judged: 'holds',
    words: '{region="r0"} is 40%, above 10% (1 of 12 series)',
    ...NONE,
    series: regions,
  }
  const { explanation } = DECISION
  if (explanation === undefined) throw new Error('it is explained above')
  const triggers = [{ id: 'errors', when: part, unless: [] }]
  const text = explainText({ ...DECISION, explanation: { ...explanation, triggers } }, PLAIN)
  expect(text).toContain(`(1 of 12 series)
    ! {region="r0"} is 40%, above 10%
    - {region="r1"} is 1%, not above 10%
`)
  expect(text).toContain('    - {region="r9"} is 1%, not above 10%\n    and 2 more series\n')
})
