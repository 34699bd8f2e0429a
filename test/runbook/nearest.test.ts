import { expect, test } from 'vitest'

import { nearest } from '../../src/runbook/nearest.ts'

test.each([
  ['reposiory', ['repository', 'tag'], 'repository'],
  ['tga', ['tag', 'to'], 'tag'],
  ['Tag', ['tag'], 'tag'],
  ['xyz', ['tag', 'to'], undefined],
  ['backup', [], undefined],
])('%s among %j', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})
