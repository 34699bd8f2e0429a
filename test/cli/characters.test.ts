import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { isUtf8, spell } from '../../src/cli/characters.ts'
import { folder, rollback } from './program.ts'

const SRC = join(import.meta.dirname, '../../src')

test.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LC_CTYPE: 'de_DE.UTF-8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, true],
  [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'POSIX' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{}, false],
])('the locale %j knows more than ASCII: %s', (env, wanted) => {
  expect(isUtf8(env)).toBe(wanted)
})

test('our own marks have stand-ins; what others have written stays', () => {
  expect(spell('a → b: 5 × müde …', { LC_ALL: 'C' })).toBe('a -> b: 5 x müde ...')
  expect(spell('a → b', { LC_ALL: 'C.UTF-8' })).toBe('a → b')
})

test('every character that the program can print by itself has one', async () => {
  const files = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const texts = await Promise.all(files.map((name) => readFile(join(SRC, name), 'utf8')))
  // oxlint-disable-next-line no-control-regex -- ASCII ends with a control character
  const found = new Set(texts.join('').match(/[^\u0000-\u007f]/gu))
  expect(found.size).toBeGreaterThan(5)
  expect([...found].filter((one) => spell(one, { LC_ALL: 'C' }) === one)).toEqual([])
})

test('where the locale is not UTF-8 help and errors keep to ASCII', async () => {
  await using place = await folder()
  const env = { LC_ALL: 'POSIX' }
  for (const argv of [['run', '--help'], ['plan'], ['undo', 'x', '--answer', 'y']]) {
    const { stdout, stderr } = await rollback(argv, { cwd: place.path, env })
    expect(`${stdout}${stderr}`).toMatch(/^[\n -~]+$/)
  }
  const usual = await rollback(['run', '--help'], { cwd: place.path })
  expect(usual.stdout).toContain('…')
})
