import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { formatDiagnostic } from '../../src/runbook/diagnostic.ts'
import { loadRunbook } from '../../src/runbook/load.ts'

const PAGE = join(import.meta.dirname, '../../docs/writing-a-runbook.md')
const blocks = [...(await readFile(PAGE, 'utf8')).matchAll(/^```yaml\n(.*?)^```$/gms)]
  .map(([, text = '']) => text)
  .filter((text) => /^version: 1$/m.test(text))

test('the page about writing a runbook has complete ones', () => {
  expect(blocks.length).toBeGreaterThan(1)
})

test.each(blocks.map((text, index) => ({ name: `number ${index + 1}`, text })))(
  'the runbook $name of the page has no mistakes',
  async ({ text }) => {
    const result = await loadRunbook({ path: PAGE, text })
    expect('diagnostics' in result ? result.diagnostics.map((one) => formatDiagnostic(one)) : []).toEqual([])
  },
)
