import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { formatDiagnostic } from '../../src/runbook/diagnostic.ts'
import { loadRunbook } from '../../src/runbook/load.ts'

const FOLDER = join(import.meta.dirname, '../../runbooks')
const examples = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'))

describe.each(examples)('%s', (name) => {
  test.each(['production', 'staging'])('has no mistakes in %s', async (environment) => {
    const path = join(FOLDER, name)
    const result = await loadRunbook({ path, shownAs: name, text: await readFile(path, 'utf8'), environment })
    expect('diagnostics' in result ? result.diagnostics.map(formatDiagnostic) : []).toEqual([])
  })
})
