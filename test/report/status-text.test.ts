import { expect, test } from 'vitest'

import { PLAIN } from '../../src/report/look.ts'
import { statusOf, statusText } from '../../src/report/status-text.ts'
import { CALLED, journal, plan, PROVEN, RETAGGED, STARTED } from './fixtures.ts'

const proven = { plan: plan(), lines: journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN]) }
const unfinished = {
  plan: plan({ id: '20261122-041500-bbbb', environment: 'staging' }),
  lines: journal([...STARTED, ...RETAGGED]),
}

test('puts what is unfinished first, with the command that takes it back', () => {
  const text = statusText(statusOf('/srv/store', [proven, unfinished]), PLAIN)
  expect(text).toMatch(/^Unfinished run\n {2}20261122-041500-bbbb {2}acme-api, staging\n/)
  expect(text).toContain('rollback undo 20261122-041500-bbbb')
})

test('groups by service and environment, and shows the last three of each', () => {
  const status = statusOf('/srv/store', [unfinished, proven, proven, proven, proven])
  expect(status.last.map(({ environment, runs }) => [environment, runs.length])).toEqual([
    ['staging', 1],
    ['production', 3],
  ])
})

test('prints an unfinished run once, and says what is in doubt', () => {
  const text = statusText(
    statusOf('/srv/store', [{ ...unfinished, plan: plan({ id: 'later' }) }, proven]),
    PLAIN,
  )
  expect(text.match(/^ +later /gm)).toHaveLength(1)
  expect(text).toMatch(/now: in doubt since run later; before that 1a2b3c4, proven 2026-11-22 03:15\s+UTC/)
})

test('comes to rest when a later run is proven', () => {
  const status = statusOf('/srv/store', [proven, { ...unfinished, plan: plan({ id: 'earlier' }) }])
  expect(status.unfinished).toEqual([])
  const text = statusText(status, PLAIN)
  expect(text).toMatch(/^acme-api, production\n {2}now: 1a2b3c4, proven 2026-11-22 03:15 UTC\n/)
  expect(text).toContain('it has no end yet; settled by 20261122-031500-7f3a')
})

test('is not settled by a run elsewhere', () => {
  expect(statusOf('/srv/store', [proven, unfinished]).unfinished).toHaveLength(1)
})

test('says where it looked when there is nothing', () => {
  expect(statusText(statusOf('/srv/store', []), PLAIN)).toContain('No runs are recorded in /srv/store')
})
