import { expect, test } from 'vitest'

import type { Candidate } from '../../src/core/release.ts'
import { resolveTarget } from '../../src/runtime/target.ts'

const A = 'abc1234000000000000000000000000000000001'
const B = 'abc1234000000000000000000000000000000002'
const C = 'def5678000000000000000000000000000000003'

function candidate(sha: string, tag?: string, ...names: string[]): Candidate {
  return { release: { given: sha, sha, tag }, names, why: `commit ${sha.slice(-1)}`, when: '2026-01-01' }
}

const ALL = [candidate(A, 'v1'), candidate(B, 'v2', 'revision:2'), candidate(C)]

test.each([
  ['a full SHA', A, { sha: A, tag: 'v1' }],
  ['a full SHA in capitals', A.toUpperCase(), { sha: A, tag: 'v1' }],
  ['a full SHA that nobody knows', 'f'.repeat(40), { sha: 'f'.repeat(40) }],
  ['a short SHA that fits one', 'def5678', { sha: C }],
  ['four digits', 'def5', { sha: C }],
  ['a short SHA in capitals', 'DEF5678', { sha: C }],
  ['a tag', 'v2', { sha: B, tag: 'v2' }],
  ['another name', 'revision:2', { sha: B, tag: 'v2' }],
  ['a short SHA that nobody knows', 'fed8765', { sha: 'fed8765' }],
  ['a tag that nobody knows', 'v9', { given: 'v9', tag: 'v9' }],
])('%s', (_, text, release) => {
  expect(resolveTarget(text, ALL)).toMatchObject(release)
})

test('a short SHA that fits several versions is refused with all of them', () => {
  expect(() => resolveTarget('abc1234', ALL)).toThrow(
    expect.objectContaining({
      code: 'target-ambiguous',
      exit: 20,
      message: '"abc1234" fits 2 versions',
      found: expect.stringMatching(new RegExp(`${A}.*commit 1[^]*${B}.*commit 2`)) as string,
    }),
  )
})

test('the same version on several surfaces is one', () => {
  expect(resolveTarget('def5678', [candidate(C), candidate(C)])).toMatchObject({ sha: C })
})

test('a tag that is written like a SHA is the tag', () => {
  expect(resolveTarget('def5678', [candidate(A, 'def5678'), candidate(C)])).toMatchObject({ sha: A })
})

test('one tag on two versions is refused', () => {
  expect(() => resolveTarget('v1', [candidate(A, 'v1'), candidate(B, 'v1')])).toThrow('fits 2 versions')
})

test('a long list is cut, and says how much', () => {
  const many = Array.from({ length: 12 }, (_, index) => candidate(`abcd${String(index).padStart(36, '0')}`))
  expect(() => resolveTarget('abcd', many)).toThrow(
    expect.objectContaining({ found: expect.stringContaining('and 2 more') as string }),
  )
})

test.each(['--output=/etc/passwd', '', ' v1', '$(id)', 'a b'])(
  '%j cannot be the name of a version',
  (text) => {
    expect(() => resolveTarget(text, [])).toThrow('cannot be the name of a version')
  },
)
