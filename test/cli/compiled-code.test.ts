import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { folder, rollback } from './program.ts'

const KEPT = `.cache/rollback/compiled-${process.versions.v8}-${process.arch}`

test('keeps the compiled code in a folder that only this user can read', async () => {
  await using here = await folder()
  await rollback(['--help'], { cwd: here.path })
  const kept = join(here.path, KEPT)
  expect((await stat(kept)).mode & 0o777).toBe(0o700)
  const names = await readdir(kept)
  expect(names).toContainEqual(expect.stringMatching(/^program-.*\.cjs$/))
  expect((await rollback(['--help'], { cwd: here.path })).exitCode).toBe(0)
  expect(await readdir(kept)).toEqual(names)
})

test('adds what another command calls', async () => {
  await using here = await folder()
  await rollback(['--help'], { cwd: here.path })
  const before = await sizes(here.path)
  await rollback(['validate'], { cwd: here.path })
  const after = await sizes(here.path)
  expect(Object.keys(after).length).toBeGreaterThan(Object.keys(before).length)
  const program = Object.keys(before).find((name) => name.startsWith('program-')) ?? ''
  expect(after[program]).toBeGreaterThan(before[program] ?? 0)
})

test('takes nothing from a folder that others can write', async () => {
  await using here = await folder()
  await rollback(['--help'], { cwd: here.path })
  const kept = join(here.path, KEPT)
  for (const name of await readdir(kept)) await writeFile(join(kept, name), 'not ours')
  await chmod(kept, 0o777)
  expect((await rollback(['--help'], { cwd: here.path })).exitCode).toBe(0)
  for (const name of await readdir(kept)) expect(await readFile(join(kept, name), 'utf8')).toBe('not ours')
})

test('replaces what is damaged', async () => {
  await using here = await folder()
  await rollback(['--help'], { cwd: here.path })
  const kept = join(here.path, KEPT)
  for (const name of await readdir(kept)) await writeFile(join(kept, name), 'damaged')
  expect((await rollback(['--help'], { cwd: here.path })).exitCode).toBe(0)
  for (const name of await readdir(kept)) expect(await readFile(join(kept, name), 'utf8')).not.toBe('damaged')
})

test.each([
  ['without a home', { HOME: '' }],
  ['when it is switched off', { NODE_DISABLE_COMPILE_CACHE: '1' }],
  ['where the cache is no folder', { XDG_CACHE_HOME: '/dev/null' }],
])('keeps nothing %s', async (_, env) => {
  await using here = await folder()
  expect((await rollback(['--help'], { cwd: here.path, env })).exitCode).toBe(0)
  expect(await readdir(here.path)).toEqual([])
})

async function sizes(cwd: string): Promise<Record<string, number>> {
  const kept = join(cwd, KEPT)
  const names = await readdir(kept)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await stat(join(kept, name))).size])),
  )
}
