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

test('says where it looked when there is nothing', () => {
  expect(statusText(statusOf('/srv/store', []), PLAIN)).toContain('No runs are recorded in /srv/store')
})
