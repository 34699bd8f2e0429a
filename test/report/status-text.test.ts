import { expect, test } from 'vitest'

import { PLAIN } from '../../src/report/look.ts'
import { statusOf } from '../../src/report/status.ts'
import { statusText } from '../../src/report/status-text.ts'
import type { LockSummary } from '../../src/core/lock-view.ts'
import { CALLED, journal, plan, PROVEN, RETAGGED, STARTED } from './fixtures.ts'

const NOW = Date.parse('2026-11-22T03:20:00Z')
const LOCK: LockSummary = {
  service: 'acme-api',
  environment: 'staging',
  run: unfinishedId(),
  holder: 'alive',
  owner: { name: 'ana', host: 'laptop', ci: false },
  reason: 'checkout fails',
  pid: 4711,
  since: '2026-11-22T03:15:00.000Z',
  lastSign: '2026-11-22T03:19:58.000Z',
  expires: '2026-11-22T03:20:28.000Z',
  claim: '00ff',
  surfaces: ['ghcr.io/acme/api:staging'],
}

function unfinishedId(): string {
  return '20261122-041500-bbbb'
}

const proven = { plan: plan(), lines: journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN]) }
const unfinished = {
  plan: plan({ id: unfinishedId(), environment: 'staging' }),
  lines: journal([...STARTED, ...RETAGGED]),
}

test('puts what is unfinished first, with the command that takes it back', () => {
  const text = statusText(statusOf('/srv/store', [proven, unfinished], []), PLAIN, NOW)
  expect(text).toMatch(/^Unfinished run\n {2}20261122-041500-bbbb {2}acme-api, staging\n/)
  expect(text).toMatch(/rollback undo 20261122-041500-bbbb[^]*rollback resume 20261122-041500-bbbb/)
  expect(text).toContain("rollback abandon 20261122-041500-bbbb --reason '…'")
})

test('groups by service and environment, and shows the last three of each', () => {
  const status = statusOf('/srv/store', [unfinished, proven, proven, proven, proven], [])
  expect(status.last.map(({ environment, runs }) => [environment, runs.length])).toEqual([
    ['staging', 1],
    ['production', 3],
  ])
})

test('prints an unfinished run once, and says what is in doubt', () => {
  const text = statusText(
    statusOf('/srv/store', [{ ...unfinished, plan: plan({ id: 'later' }) }, proven], []),
    PLAIN,
    NOW,
  )
  expect(text.match(/^ +later /gm)).toHaveLength(1)
  expect(text).toMatch(
    /in doubt since run later; last seen before that: 1a2b3c4, proven 2026-11-22\s+03:15 UTC/,
  )
})

test('a run that was killed before its first effect leaves no doubt about what is live', () => {
  const killed = { plan: plan({ id: 'later' }), lines: journal(STARTED) }
  const status = statusOf('/srv/store', [killed, proven], [])
  expect(status.last[0]?.lastSeen.inDoubtSince).toBeUndefined()
  expect(status.unfinished.map(({ id }) => id)).toEqual(['later'])
})

test('what is proven but degraded is no doubt about the version that is live', () => {
  const degraded = journal(
    [...STARTED, ...RETAGGED, ...CALLED, ...PROVEN].map((event) =>
      event.type === 'run-ended' ? { ...event, result: 'degraded', exit: 24, why: 'p99 fails' } : event,
    ),
  )
  const undo = { plan: plan({ id: 'undo', kind: 'undo', undoOf: proven.plan.id }), lines: degraded }
  const text = statusText(statusOf('/srv/store', [undo, proven], []), PLAIN, NOW).replaceAll(/\s+/g, ' ')
  expect(text).toContain('last seen: 1a2b3c4, proven 2026-11-22 03:15 UTC, but degraded or partial')
  expect(text).not.toContain('in doubt')
})

test('comes to rest when a later run is proven', () => {
  const status = statusOf('/srv/store', [proven, { ...unfinished, plan: plan({ id: 'earlier' }) }], [])
  expect(status.unfinished).toEqual([])
  const text = statusText(status, PLAIN, NOW)
  expect(text).toMatch(/^acme-api, production\n {2}last seen: 1a2b3c4, proven 2026-11-22 03:15 UTC\n/)
  expect(text).toContain('it has no end yet; settled by 20261122-031500-7f3a')
})

test('what had nothing to change, and was proven, is no doubt any more', () => {
  const already = journal(
    [...STARTED, ...PROVEN].map((event) =>
      event.type === 'run-ended' ? { ...event, result: 'already' } : event,
    ),
  )
  const unmeasured = journal(
    [...STARTED, ...RETAGGED, ...CALLED, ...PROVEN].map((event) =>
      event.type === 'run-ended' ? { ...event, result: 'unmeasured', exit: 23 } : event,
    ),
  )
  const status = statusOf(
    '/srv/store',
    [
      { plan: plan({ id: 'again' }), lines: already },
      { plan: plan({ id: 'first' }), lines: unmeasured },
    ],
    [],
  )
  const text = statusText(status, PLAIN, NOW)
  expect(text).toMatch(/production\n {2}last seen: 1a2b3c4, proven/)
  expect(text).toContain('settled by again')
})

test('is not settled by a run elsewhere', () => {
  expect(statusOf('/srv/store', [proven, unfinished], []).unfinished).toHaveLength(1)
})

test('says where it looked when there is nothing', () => {
  expect(statusText(statusOf('/srv/store', [], []), PLAIN, NOW)).toContain(
    'No runs are recorded in /srv/store',
  )
})

test('a run that somebody works on is under way, not unfinished; who holds the lock is said', () => {
  const status = statusOf('/srv/store', [unfinished, proven], [LOCK])
  expect(status.unfinished).toEqual([])
  const text = statusText(status, PLAIN, NOW).replaceAll(/\s+/g, ' ')
  expect(text).toContain(
    'acme-api, staging: locked by run 20261122-041500-bbbb of ana on laptop ("checkout fails"), since 2026-11-22T03:15:00.000Z; under way, last sign of life 2 s ago',
  )
  expect(text).toContain('Under way')
  expect(text).not.toContain('Unfinished')
})

test.each([
  ['gone', 'its process has ended without a word'],
  ['silent', 'its process gives no sign of life'],
  ['none', 'left unfinished, nobody works on it'],
] as const)('a holder that is %s: %s', (holder, words) => {
  const status = statusOf('/srv/store', [unfinished], [{ ...LOCK, holder }])
  expect(status.unfinished).toHaveLength(1)
  expect(statusText(status, PLAIN, NOW).replaceAll(/\s+/g, ' ')).toContain(words)
})
