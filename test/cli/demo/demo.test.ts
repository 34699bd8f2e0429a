import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { tempFolder } from '../../helpers/folder.ts'
import { type Finished, run } from '../../helpers/process.ts'

const BIN = fileURLToPath(new URL('../../../bin/rollback.js', import.meta.url))

test('tells the whole story, and leaves nothing behind', async () => {
  await using home = await tempFolder('demo')
  const { stdout, stderr, exitCode } = await demo(home.path, [])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })

  expect(inOrder(stdout)).toEqual([
    'GET /api/health   500',
    'rollback plan --target 4f9d2c8',
    'Proven: 4f9d2c8 is live',
    'GET /api/health   200',
    'rollback undo',
    'Proven: b81e07a is live again',
    'GET /api/health   500',
    'rollback init --from registry-render',
  ])
  expect(await foldersIn(home.path)).toEqual([])
})

test('keeps the runbook and the journals of both runs when it is asked to, without the secret', async () => {
  await using home = await tempFolder('demo')
  const { stdout, stderr } = await demo(home.path, ['--keep'])
  const [folder = ''] = await foldersIn(home.path)
  const hook = (await readFile(join(home.path, folder, 'deploy-hook'), 'utf8')).trim()
  expect(existsSync(join(home.path, folder, 'rollback.yaml'))).toBe(true)

  const store = join(home.path, folder, 'store')
  const files = await readdir(store, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
  )
  expect(texts.filter((text) => text.includes('"run-ended"'))).toHaveLength(2)
  for (const text of [stdout, stderr, ...texts]) expect(text).not.toContain(hook)
})

test('prints one JSON document a line, the result last', async () => {
  await using home = await tempFolder('demo')
  const { stdout } = await demo(home.path, ['--json'])
  const documents = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; exit?: number })
  expect(documents.at(-1)).toMatchObject({ type: 'demo', exit: 0 })
})

/** A store and a temporary folder of its own, and no npm around it. */
function demo(folder: string, args: string[]): Promise<Finished> {
  const { PATH = '' } = process.env
  return run(process.execPath, [BIN, 'demo', ...args], { env: { PATH, HOME: folder, TMPDIR: folder } })
}

/** Node keeps its compiled code there too. */
async function foldersIn(temporary: string): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name.startsWith('rollback-demo-'))
}

const MARKS =
  /GET \/api\/health +\d+|rollback (?:plan --target \w+|undo|init --from \S+)|Proven: \w+ is live(?: again)?/g

function inOrder(text: string): string[] {
  return [...text.matchAll(MARKS)].map(([mark]) => mark)
}
