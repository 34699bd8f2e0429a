import { expect, test } from 'vitest'

import { refusedReading } from '../../../src/core/plan/refuse-reading.ts'

const seen = { status: 'absent' as const }

test.each([
  ['denied', { seen: { status: 'denied' as const, why: '403' } }, '403'],
  ['unknown', { seen: { status: 'unknown' as const, why: 'refused' } }, 'refused'],
  ['busy', { seen, busy: 'rollout in progress' }, 'rollout in progress'],
  ['owned', { seen, ownedBy: 'Argo CD' }, 'Argo CD owns it and would put it back'],
])('%s', (kind, reading, why) => {
  expect(refusedReading(reading)).toMatchObject({ kind, why })
})

test('what is only not there refuses nothing', () => {
  expect(refusedReading({ seen })).toBeUndefined()
})
