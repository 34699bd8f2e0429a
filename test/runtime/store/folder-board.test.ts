import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Board, Snapshot } from '../../../src/runtime/store/board.ts'
import { folderBoard } from '../../../src/runtime/store/folder-board.ts'
import { update } from '../../../src/runtime/store/update.ts'
import { tempFolder } from '../../helpers/folder.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let path: string
let board: Board

beforeEach(async () => {
  folder = await tempFolder('board')
  path = join(folder.path, 'boards', 'api~production')
  board = folderBoard(path)
})

afterEach(() => folder.stop())

/** Writes after what is there, and must be the first. */
async function write(changes: Record<string, string | null>): Promise<Snapshot> {
  const written = await board.write(await board.read(), changes, 'a test')
  if (written === undefined) throw new Error('somebody was faster')
  return written
}

test('what was never written is empty', async () => {
  expect(await board.read()).toEqual({ version: '', files: {} })
})

test('files are added, changed and removed, and the others stay', async () => {
  await write({ a: '1', b: '2' })
  await write({ a: '3', b: null, c: '4' })
  expect((await board.read()).files).toEqual({ a: '3', c: '4' })
})

test('of two who have read the same, the first writes and the second is told', async () => {
  const seen = await board.read()
  expect(await board.write(seen, { a: 'first' }, '')).toBeDefined()
  expect(await board.write(seen, { a: 'second' }, '')).toBeUndefined()
  expect((await board.read()).files).toEqual({ a: 'first' })
})

test('whoever slept while its number was used, pruned and passed by, does not win with it', async () => {
  const seen = await write({ a: '1' })
  for (let n = 0; n < 20; n += 1) await write({ a: String(n) })
  expect(await readdir(path)).not.toContain('2.json')
  expect(await board.write(seen, { a: 'stale' }, '')).toBeUndefined()
  expect((await board.read()).files).toEqual({ a: '19' })
  await write({ a: 'next' })
  expect((await board.read()).files).toEqual({ a: 'next' })
})

test('many who count at once lose nothing', async () => {
  const count = () =>
    update(board, 'count', ({ files }) => ({ count: String(Number(files['count'] ?? 0) + 1) }))
  await Promise.all(Array.from({ length: 12 }, count))
  expect((await board.read()).files).toEqual({ count: '12' })
})

test('only the last states are kept, for their owner only, and nothing half-written', async () => {
  for (let n = 0; n < 10; n += 1) await write({ a: String(n) })
  const names = await readdir(path)
  expect(names.sort()).toEqual(['10.json', '7.json', '8.json', '9.json'])
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect((await stat(join(path, '10.json'))).mode & 0o777).toBe(0o600)
})

test.each([
  ['not JSON', '{"format":1,', 'store-damaged'],
  ['another shape', '{"format":1,"id":"a","former":"","files":{"lock.json":3}}', 'store-damaged'],
  ['a newer format', '{"format":2}', 'store-foreign'],
])('%s blocks, and says which file it is', async (_, text, code) => {
  await write({ a: '1' })
  await writeFile(join(path, '2.json'), text)
  await expect(board.read()).rejects.toMatchObject({
    code,
    exit: 20,
    message: expect.stringContaining(join(path, '2.json')) as string,
  })
})

test('a folder that cannot be made is a store that cannot be used', async () => {
  await writeFile(join(folder.path, 'boards'), 'a file')
  await expect(board.write({ version: '', files: {} }, { a: '1' }, '')).rejects.toMatchObject({
    code: 'store-unreachable',
    exit: 20,
  })
})

test('a half-written draft of somebody who died counts for nothing', async () => {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, '.0011.part'), '{"for')
  await write({ a: '1' })
  expect((await board.read()).files).toEqual({ a: '1' })
  expect(JSON.parse(await readFile(join(path, '1.json'), 'utf8'))).toMatchObject({ format: 1 })
  await chmod(path, 0o700)
})
