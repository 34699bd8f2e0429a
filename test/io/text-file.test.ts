import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readTextFile } from '../../src/io/text-file.ts'
import { tempFolder } from '../helpers/folder.ts'
import { mustRun } from '../helpers/process.ts'

const LIMIT = 100

test('reads a text whole, with its byte order mark and up to the limit', async () => {
  await using folder = await tempFolder()
  const path = join(folder.path, 'text')
  await writeFile(path, `\u{FEFF}${'x'.repeat(LIMIT - 3)}`)
  expect(readTextFile(path, LIMIT)).toBe(`\u{FEFF}${'x'.repeat(LIMIT - 3)}`)
})

test('what is not a text of bounded length is refused at once', async () => {
  await using folder = await tempFolder()
  const [long, latin, pipe] = ['long', 'latin', 'pipe'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(long, 'x'.repeat(LIMIT + 1))
  await writeFile(latin, Buffer.from([0x66, 0xfc, 0x72]))
  await mustRun('mkfifo', [pipe])
  for (const [path, why] of [
    [long, 'is too long: at least 1 MB, where at most 1 MB are read'],
    [latin, 'is not text in UTF-8'],
    [pipe, 'is not a regular file, but a pipe or a device'],
    ['/dev/zero', 'is not a regular file, but a pipe or a device'],
    [folder.path, 'is a folder'],
  ] as const)
    expect(() => readTextFile(path, LIMIT)).toThrow(why)
  expect(() => readTextFile(join(folder.path, 'none'), LIMIT)).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  )
})
