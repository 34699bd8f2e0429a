import { describe, expect, test } from 'vitest'

import type { Release } from '../../src/core/release.ts'
import {
  blockOf,
  NO_VERSIONS,
  proofOf,
  remarkWords,
  returnable,
  sameVersion,
  type VersionRecord,
  versionName,
  withBlocked,
  withGood,
  withoutBlock,
} from '../../src/core/versions.ts'

const SHA = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const OTHER = 'b0bacafe00112233445566778899aabbccddeeff'
const DIGEST = `sha256:${'1'.repeat(64)}`

const ana = { name: 'ana', host: 'laptop', ci: false }

function record(given: string, own: Partial<Release> = {}, more: Partial<VersionRecord> = {}): VersionRecord {
  return { release: { given, ...own }, digests: [], since: '2026-11-22T03:15:00.000Z', by: ana, ...more }
}

const named = (given: string, own: Partial<Release> = {}, digests: string[] = []) => ({
  release: { given, ...own },
  digests,
})

describe('the same version', () => {
  test.each([
    ['a commit and its beginning', named(SHA, { sha: SHA }), named('1a2b3c4')],
    ['a commit in another case', named(SHA), named(SHA.toUpperCase())],
    ['a tag of which nobody knows the commit', named('v1.4.2', { tag: 'v1.4.2' }), named('v1.4.2')],
    ['one digest in common', named(SHA, {}, [DIGEST]), named(OTHER, {}, ['sha256:2', DIGEST])],
    ['a digest alone', { digests: [DIGEST] }, named('v1', {}, [DIGEST])],
  ])('%s', (_, a, b) => {
    expect([sameVersion(a, b), sameVersion(b, a)]).toEqual([true, true])
  })

  test.each([
    ['two commits', named(SHA, { sha: SHA }), named(OTHER, { sha: OTHER })],
    [
      'two commits with one tag: it has moved',
      named('v1', { sha: SHA, tag: 'v1' }),
      named('v1', { sha: OTHER, tag: 'v1' }),
    ],
    [
      'a tag, where the other names a commit',
      named('v1', { sha: SHA, tag: 'v1' }),
      named('v1', { tag: 'v1' }),
    ],
    ['two tags', named('v1', { tag: 'v1' }), named('v2', { tag: 'v2' })],
    ['six digits of a commit', named(SHA), named(SHA.slice(0, 6))],
    ['a revision number: it means another one tomorrow', named('revision:3'), named('revision:3')],
    ['nothing in common', { digests: [] }, { digests: [] }],
    ['names that are empty', named(''), named('')],
  ])('not: %s', (_, a, b) => {
    expect([sameVersion(a, b), sameVersion(b, a)]).toEqual([false, false])
  })
})

test('a blocked version is none to return to, until it is unblocked; the record of it stays', () => {
  const good = withGood(withGood(NO_VERSIONS, record(OTHER, { sha: OTHER })), record(SHA, { sha: SHA }))
  const blocked = withBlocked(good, record('1a2b3c4', {}, { reason: 'leaks' }))
  expect(blockOf(blocked, named(SHA, { sha: SHA }))).toMatchObject({ reason: 'leaks' })
  expect(returnable(blocked).map(({ release }) => release?.given)).toEqual([OTHER])
  expect(proofOf(blocked, named(SHA))).toBeDefined()

  const lifted = { since: '2026-11-23T00:00:00.000Z', by: ana, reason: 'mended' }
  const free = withoutBlock(blocked, named(SHA, { sha: SHA }), lifted)
  expect(blockOf(free, named(SHA))).toBeUndefined()
  expect(returnable(free).map(({ release }) => release?.given)).toEqual([SHA, OTHER])
  expect(free.blocked).toMatchObject([{ reason: 'leaks', lifted }])
  // And once more.
  expect(blockOf(withBlocked(free, record(SHA, {}, { reason: 'leaks again' })), named(SHA))).toMatchObject({
    reason: 'leaks again',
  })
})

test('whoever blocked it first stays on record', () => {
  const first = withBlocked(NO_VERSIONS, record(SHA, {}, { reason: 'first' }))
  expect(withBlocked(first, record(SHA, {}, { reason: 'second' })).blocked).toMatchObject([
    { reason: 'first' },
  ])
})

test('a version that is proven again comes first, and is there once', () => {
  const twice = [SHA, OTHER, SHA].reduce((all, sha) => withGood(all, record(sha)), NO_VERSIONS)
  expect(twice.good.map(({ release }) => release?.given)).toEqual([SHA, OTHER])
})

test('what is blocked never expires, however much is blocked after it', () => {
  let versions = withBlocked(NO_VERSIONS, record('v0', { tag: 'v0' }))
  for (let index = 1; index < 300; index += 1) {
    const tag = `v${index}`
    versions = withBlocked(versions, record(tag, { tag }))
    versions = withoutBlock(versions, named(tag), { since: '', by: ana })
  }
  expect(blockOf(versions, named('v0'))).toBeDefined()
  expect(versions.blocked.length).toBeLessThan(150)
})

test('who, when and why, in words', () => {
  expect(remarkWords(record(SHA, {}, { reason: 'checkout fails', run: '20261122-031500-7f3a' }))).toBe(
    'since 2026-11-22 03:15 UTC by ana: checkout fails (run 20261122-031500-7f3a)',
  )
  expect(remarkWords(record(SHA))).toBe('since 2026-11-22 03:15 UTC by ana')
  expect(versionName({ digests: [DIGEST] })).toBe(DIGEST)
})
