import { expect, test } from 'vitest'

import { wrap } from '../../src/report/layout.ts'

test('breaks at spaces, and never inside what is copied', () => {
  expect(wrap('answer it with (--answer overwrite-image=yes) or call `rollback undo last` now', 20)).toEqual([
    'answer it with',
    '(--answer overwrite-image=yes)',
    'or call',
    '`rollback undo last`',
    'now',
  ])
})

test('leaves a word that is too long whole', () => {
  expect(wrap('to sha256:2162b8a9ce68 now', 8)).toEqual(['to', 'sha256:2162b8a9ce68', 'now'])
})
