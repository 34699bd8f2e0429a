import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { renderActions } from '../../scripts/generate/actions.ts'
import { outputs } from '../../scripts/generate/outputs.ts'
import { fixturePlatforms } from './fixture-platforms.ts'

const ROOT = join(import.meta.dirname, '../..')

test.each(outputs)('$path is up to date (else: npm run generate)', async ({ path, render }) => {
  expect(await readFile(join(ROOT, path), 'utf8')).toBe(await render())
})

test('the reference lists every option with its type', async () => {
  const text = await renderActions(fixturePlatforms)
  expect(text).toContain('### `registry.retag`')
  expect(text).toContain('| `tag` | text or list of text | required |  |')
  expect(text).toContain('| `insecure` | true or false |  |  |')
  expect(text).toContain('- window: a moment')
  expect(text).toContain('### Source `http`')
})
