import { expect, test } from 'vitest'

import { essence } from '../../src/report/essence.ts'
import { plan } from './fixtures.ts'

test('says what a yes would do', () => {
  expect(essence(plan(), 80)).toBe('live: 9f8e7d6 → 1a2b3c4, image tag set, redeploy called')
})

test('says of an undo where it leads, even where nobody can name the version', () => {
  expect(essence(plan({ kind: 'undo' }), 80)).toMatch(/^back to 1a2b3c4, image tag set/)
  const unnamed = plan({ kind: 'undo', undoOf: '20261122-031500-7f3a', target: { given: '' } })
  expect(essence(unnamed, 80)).toMatch(/^undo of 20261122-031500-7f3a, image tag set/)
})

test('has the versions whole, however narrow it is', () => {
  expect(essence(plan(), 50)).toBe('live: 9f8e7d6 → 1a2b3c4,\nimage tag set, redeploy called')
  const target = { given: 'v2026.11.22-rc.4', tag: 'v2026.11.22-rc.4' }
  expect(essence(plan({ target }), 32)).toBe('live: 9f8e7d6 →\nv2026.11.22-rc.4,\nimage tag set, redepl…')
})
