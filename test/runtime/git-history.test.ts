import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { openDoors } from '../../src/io/doors.ts'
import { commitsNamed, commitsOf, openHistory } from '../../src/runtime/git-history.ts'
import { resolveTarget } from '../../src/runtime/target.ts'
import { tempFolder } from '../helpers/folder.ts'
import { makeRepository } from '../helpers/git.ts'

const { read } = openDoors()

let repository: Awaited<ReturnType<typeof makeRepository>>
let cache: Awaited<ReturnType<typeof tempFolder>>

beforeAll(async () => {
  repository = await makeRepository({ commits: 60, tags: { v1: 10, 'api@1.2.0+build.7': 11, latest: 10 } })
  await repository.git('fetch', '--quiet', '--tags')
  cache = await tempFolder('cache')
})

afterAll(async () => {
  await repository.stop()
  await cache.stop()
})

const at = (index: number) => repository.commits.at(index) ?? ''
const here = () => ({ repository: repository.path })

test('the newest commits, newest first, with their tags and subjects', async () => {
  const commits = await commitsOf({ ...here(), branch: 'origin/main' }, read)
  expect(commits).toHaveLength(50)
  expect(commits[0]).toMatchObject({ release: { sha: at(-1) }, why: 'Release 60' })
  expect(commits.find(({ release }) => release.sha === at(11))?.release.tag).toBe('api@1.2.0+build.7')
})

test('a short SHA finds its commit', async () => {
  expect(await commitsNamed(at(3).slice(0, 9), here(), read)).toMatchObject([{ release: { sha: at(3) } }])
})

test.each(['v1', 'latest'])('a commit with two tags is found by "%s", and called so', async (tag) => {
  const found = await commitsNamed(tag, here(), read)
  expect(resolveTarget(tag, found)).toMatchObject({ sha: at(10), tag })
})

test('tags as release tools make them are found', async () => {
  const found = await commitsNamed('api@1.2.0+build.7', here(), read)
  expect(found).toMatchObject([{ release: { sha: at(11), tag: 'api@1.2.0+build.7' } }])
})

test('an annotated tag means its commit', async () => {
  await repository.git('tag', '--annotate', '--message=release', 'v2', at(20))
  expect(await commitsNamed('v2', here(), read)).toMatchObject([{ release: { sha: at(20), tag: 'v2' } }])
})

test('a tag that is named like the SHA of another commit: both are found', async () => {
  const short = at(30).slice(0, 7)
  await repository.git('tag', short, at(31))
  const found = await commitsNamed(short, here(), read)
  expect(new Set(found.map(({ release }) => release.sha))).toEqual(new Set([at(30), at(31)]))
  await repository.git('tag', '--delete', short)
})

test.each(['--help', '-n1', 'v1..v2', 'v1^', 'v1~1', 'HEAD', 'v1;rm', '@{-1}', 'nothing', ''])(
  '"%s" is no name of a version',
  async (text) => {
    expect(await commitsNamed(text, here(), read)).toEqual([])
  },
)

test('a file is not taken for a commit, even when its name is', async () => {
  const blob = (await repository.git('rev-parse', 'HEAD:release.txt')).slice(0, 10)
  expect(await commitsNamed(blob, here(), read)).toEqual([])
})

test('a folder without a history is said to be none', async () => {
  await expect(commitsOf({ repository: cache.path }, read)).rejects.toMatchObject({
    code: 'history-unreadable',
    exit: 20,
  })
})

// ---------------------------------------------------------------- fetching

test.each([undefined, 'origin/main', 'main'])(
  'what is only on the remote is found after a fetch (branch %s), and the clone stays as it is',
  async (branch) => {
    const fresh = await makeRepository({ commits: 3 })
    await fresh.git('commit', '--allow-empty', '--quiet', '--message=newest')
    const sha = await fresh.git('rev-parse', 'HEAD')
    await fresh.git('push', '--quiet', 'origin', 'main')
    await fresh.git('reset', '--hard', '--quiet', 'HEAD~1')
    await fresh.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    const before = await fresh.git('for-each-ref')

    const opened = await openHistory(
      { repository: fresh.path, branch, fetch: true },
      join(cache.path, `${branch}`),
      read,
    )
    expect(opened.stale).toBeUndefined()
    expect((await commitsOf(opened, read))[0]).toMatchObject({ release: { sha }, why: 'newest' })
    expect(await fresh.git('for-each-ref')).toBe(before)
    await fresh.stop()
  },
)

test('a remote that does not answer leaves the clone as it is, and that is said', async () => {
  const fresh = await makeRepository({ commits: 3 })
  await fresh.git('remote', 'set-url', 'origin', join(fresh.path, 'nowhere'))
  const opened = await openHistory(
    { repository: fresh.path, branch: 'origin/main', fetch: true },
    join(cache.path, 'gone'),
    read,
  )
  expect(opened).toMatchObject({ repository: fresh.path, branch: 'origin/main' })
  expect(opened.stale).toContain('could not be fetched')
  expect(await commitsOf(opened, read)).toHaveLength(3)
  await fresh.stop()
})

test('without `fetch` nobody is asked', async () => {
  expect(await openHistory({ repository: '/r', branch: 'b' }, '/c', read)).toEqual({
    repository: '/r',
    branch: 'b',
  })
})
