import { expect, test } from 'vitest'

import { combined } from '../../src/platforms/series.ts'

test('two series are told apart by their labels, in whatever order those stand', () => {
  const samples = [{ at: 0, value: 1 }]
  const same = [
    { labels: { a: '1', b: '2' }, samples },
    { labels: { b: '2', a: '1' }, samples },
  ]
  expect(combined(same, 'all', 'sum them')).toMatchObject({
    why: expect.stringContaining('nothing tells them apart') as string,
  })
})
