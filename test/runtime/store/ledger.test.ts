import { afterEach, beforeEach, expect, test } from 'vitest'

import type { VersionRecord } from '../../../src/core/versions.ts'
import { openDoors } from '../../../src/io/doors.ts'
import type { Board } from '../../../src/runtime/store/board.ts'
import { folderBoard } from '../../../src/runtime/store/folder-board.ts'
import { gitBoards } from '../../../src/runtime/store/git-board.ts'
import { block, readVersions, recordRun, unblock } from '../../../src/runtime/store/ledger.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { makeRepository } from '../../helpers/git.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let board: Board

beforeEach(async () => {
  folder = await tempFolder('ledger')
  board = folderBoard(folder.path)
})

afterEach(() => folder.stop())

const ana = { name: 'ana', host: 'laptop', ci: false }

function record(tag: string, reason = 'bad'): VersionRecord {
  return { release: { given: tag, tag }, digests: [], since: '2026-11-22T03:15:00.000Z', by: ana, reason }
}

test('empty before anything is written', async () => {
  expect(await readVersions(board)).toEqual({ good: [], blocked: [] })
})

test('what is blocked is found by others, with who, when and why', async () => {
  await block(board, record('v2', 'leaks memory'))
  expect(await readVersions(folderBoard(folder.path))).toMatchObject({
    blocked: [{ release: { tag: 'v2' }, by: ana, reason: 'leaks memory', since: '2026-11-22T03:15:00.000Z' }],
  })
})

test('blocking it again changes nothing, and gives the first record', async () => {
  await block(board, record('v2', 'first'))
  const { version } = await board.read()
  expect(await block(board, record('v2', 'second'))).toMatchObject({ reason: 'first' })
  expect((await board.read()).version).toBe(version)
})

test('unblocking gives what was lifted, once', async () => {
  const wanted = { release: { given: 'v2' }, digests: [] }
  const lifted = { since: '2026-11-23T00:00:00.000Z', by: ana, reason: 'mended' }
  expect(await unblock(board, wanted, lifted)).toBeUndefined()
  await block(board, record('v2', 'leaks'))
  expect(await unblock(board, wanted, lifted)).toMatchObject({ reason: 'leaks' })
  expect(await unblock(board, wanted, lifted)).toBeUndefined()
})

test('a run makes its target good and blocks what it replaced, in one write', async () => {
  const former = await board.read()
  await recordRun(board, { good: record('v1'), blocked: [record('v2')] }, 'proven')
  const now = await board.read()
  expect(Number(now.version.split('.')[0])).toBe(Number(former.version.split('.')[0] || 0) + 1)
  expect(await readVersions(board)).toMatchObject({
    good: [{ release: { tag: 'v1' } }],
    blocked: [{ release: { tag: 'v2' } }],
  })
})

test('many at once, in a folder and on a git remote: nothing is lost, and the lock beside it stays', async () => {
  await using repository = await makeRepository({ commits: 1 })
  const doors = openDoors()
  const remote = () =>
    gitBoards({ remote: 'origin', repository: repository.path, cacheRoot: () => folder.path, ...doors })
  for (const boardOf of [() => folderBoard(folder.path), () => remote().board('api', 'production')]) {
    const first = boardOf()
    await first.write(await first.read(), { 'lock.json': '{}' }, 'lock')
    const tags = ['v1', 'v2', 'v3', 'v4']
    await Promise.all(tags.map((tag) => block(boardOf(), record(tag))))
    const { blocked } = await readVersions(boardOf())
    expect(new Set(blocked.map(({ release }) => release?.tag))).toEqual(new Set(tags))
    expect((await boardOf().read()).files['lock.json']).toBe('{}')
  }
  await doors.close()
})

test.each([
  ['of another format', '{"format":2,"good":[],"blocked":[]}'],
  ['that is no JSON', 'hello'],
  ['without its lists', '{"format":1}'],
])('a ledger %s is refused, and not taken for an empty one', async (_, text) => {
  await board.write(await board.read(), { 'versions.json': text }, 'somebody else')
  await expect(readVersions(board)).rejects.toMatchObject({ code: 'versions-unreadable', exit: 20 })
  await expect(block(board, record('v2'))).rejects.toMatchObject({ code: 'versions-unreadable' })
  expect((await board.read()).files['versions.json']).toBe(text)
})
