import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { COVERAGE, lineOf } from '../../scripts/generate/coverage.ts'
import { loadRunbook } from '../../src/runbook/load.ts'

// That every line which the table points at holds what it names is checked with all that is generated: generate.test.ts.

const ROOT = join(import.meta.dirname, '../..')
const page = await readFile(join(ROOT, COVERAGE), 'utf8')
const examples = (await readdir(join(ROOT, 'runbooks'))).filter((name) => name.endsWith('.yaml'))

test.each(examples)('the table names every trigger of %s', async (name) => {
  const path = join(ROOT, 'runbooks', name)
  const result = await loadRunbook({ path, text: await readFile(path, 'utf8') })
  const ids = 'runbook' in result ? result.runbook.triggers.map(({ id }) => id) : []
  expect(ids).not.toEqual([])
  expect(ids.filter((id) => !page.includes(`[\`${id}\`](../runbooks/${name}#`))).toEqual([])
})

test('every row of the table says what has become of it', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| criterion |'))
  const ways =
    /^\| [^|]+ \| (measured|asked|measured and asked|the tool itself|not yet|impossible) \| [^|]+ \|$/
  expect(rows.length).toBeGreaterThan(200)
  expect(rows.filter((line) => !ways.test(line))).toEqual([])
  // What is measured or asked is a line of a runbook.
  const shown = rows.filter((line) => /\| (measured|asked|measured and asked) \|/.test(line))
  expect(shown.filter((line) => !line.includes('](../runbooks/'))).toEqual([])
})

test('an id is told from a longer one, and a part of a line from an id', () => {
  const lines = ['triggers:', '  - { id: errors-5, signal: a }', '  - { id: errors, signal: a, above: 5% }']
  expect(lineOf('errors', lines)).toBe(3)
  expect(lineOf('errors-5', lines)).toBe(2)
  expect(lineOf('signal: a, above', lines)).toBe(3)
  expect(lineOf('error', lines)).toBe(0)
})
