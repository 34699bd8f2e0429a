import { execFile } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

import { beforeAll, describe, expect, it } from 'vitest'

import { tempFolder } from '../helpers/folder.ts'

// The layers of the house are lint rules; each is broken once here, in a copy of the house that has only these files.

const FORBIDDEN = [
  ['core', 'node:fs', 'core/ does no I/O'],
  ['core', '../io/http.ts', 'core/ is the lowest layer'],
  ['core/run', '../../runtime/types.ts', 'core/ is the lowest layer'],
  ['report', '../runtime/session.ts', 'report/ knows only core/'],
  ['report', 'node:child_process', 'report/ does no I/O'],
  ['io', '../platforms/index.ts', 'io/ knows only core/'],
  ['platforms/registry', 'node:http', 'only through its doors'],
  ['platforms/registry', '../../runtime/session.ts', 'platforms/ know only core/ and io/'],
  ['platforms/registry', '../kubernetes/index.ts', 'never its actions'],
  ['runbook', '../runtime/session.ts', 'runbook/ knows only core/'],
  ['runtime', '../cli/main.ts', 'runtime/ knows core/'],
] as const

const ALLOWED = [
  ['core', 'node:crypto'],
  ['platforms/registry', '../kubernetes/cluster.ts'],
  ['platforms/registry', '../../core/problem.ts'],
  ['runtime', '../platforms/index.ts'],
] as const

const fileOf = (folder: string, index: number) => join('src', folder, `sample-${index}.ts`)
let found: { message: string; help?: string; filename: string }[] = []

beforeAll(async () => {
  await using house = await tempFolder('layers')
  await copyFile('.oxlintrc.json', join(house.path, '.oxlintrc.json'))
  for (const [index, [folder, module]] of [...FORBIDDEN, ...ALLOWED].entries()) {
    const path = join(house.path, fileOf(folder, index))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `import * as used from '${module}'\n\nexport const seen = Object.keys(used)\n`)
  }
  const oxlint = resolve('node_modules/.bin/oxlint')
  const run = promisify(execFile)(oxlint, ['--format=json', 'src'], { cwd: house.path })
  const report = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
  found = (JSON.parse(report) as { diagnostics: typeof found }).diagnostics
})

describe('the layers', () => {
  it.each(FORBIDDEN.map((rule, index) => [...rule, index] as const))(
    '%s may not import %s',
    (folder, _module, words, index) => {
      const own = found.filter(({ filename }) => filename.endsWith(fileOf(folder, index)))
      expect(JSON.stringify(own)).toContain(words)
    },
  )

  it.each(ALLOWED.map((rule, index) => [...rule, FORBIDDEN.length + index] as const))(
    '%s may import %s',
    (folder, _module, index) => {
      expect(found.filter(({ filename }) => filename.endsWith(fileOf(folder, index)))).toEqual([])
    },
  )
})
