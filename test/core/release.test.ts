import { expect, test } from 'vitest'

import { isRelease, looksLikeSha, releaseName, sameCommit } from '../../src/core/release.ts'

const FULL = 'abc1234def5678abc1234def5678abc1234def56'

test.each([
  ['equal', FULL, FULL, true],
  ['a short one and the full one', 'abc1234', FULL, true],
  ['either way round', FULL, 'abc1234', true],
  ['capitals', 'ABC1234', FULL, true],
  ['two short ones of different lengths', 'abc1234', 'abc1234de', true],
  ['six digits are too few', 'abc123', FULL, false],
  ['another commit', 'abc1235', FULL, false],
  ['not hexadecimal', 'v1.2.3-abc1234', FULL, false],
  ['a prefix that is not hexadecimal', 'latest', 'latest-2', false],
  ['nothing', '', FULL, false],
  ['builds, one the beginning of the other', '20261127', '2026112701', false],
  ['digits alone, and the full one', '1234567', `1234567${FULL.slice(7)}`, true],
])('%s: %s and %s', (_, a, b, same) => {
  expect(sameCommit(a, b)).toBe(same)
})

test('nothing is no commit, not even the same as nothing', () => {
  expect(sameCommit('', '')).toBe(false)
})

test.each([
  ['abc1234', true],
  ['1234567', true],
  [FULL, true],
  ['abc123', false],
  [`${FULL}0`, false],
  ['v1.2.3', false],
  ['', false],
])('%s looks like a SHA: %s', (text, yes) => {
  expect(looksLikeSha(text)).toBe(yes)
})

test.each([
  ['the tag', 'v1.2.3', true],
  ['the full commit', FULL, true],
  ['a short commit', 'abc1234', true],
  ['another tag', 'v1.2.30', false],
  ['another commit', 'bad5678', false],
  ['nothing', '', false],
])('an endpoint that reports %s', (_, reported, yes) => {
  expect(isRelease(reported, { given: 'v1.2.3', sha: FULL, tag: 'v1.2.3' })).toBe(yes)
})

test('a release of which nothing is known is none that anybody could report', () => {
  expect(isRelease('', { given: '' })).toBe(false)
  expect(isRelease('', { given: 'v1' })).toBe(false)
})

test('people are told the tag and the beginning of the commit', () => {
  expect(releaseName({ given: 'x', sha: FULL, tag: 'v1.2.3' })).toBe('v1.2.3 (abc1234)')
  expect(releaseName({ given: 'x', sha: FULL })).toBe('abc1234')
  expect(releaseName({ given: '2026112701', sha: '2026112701' })).toBe('2026112701')
  expect(releaseName({ given: 'revision:3' })).toBe('revision:3')
})

test('a commit with something behind it is another one', () => {
  const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
  expect(sameCommit(`${sha}deadbeef`, sha)).toBe(false)
  expect(sameCommit(sha, sha)).toBe(true)
})
