import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Measurement } from '../../../src/core/source.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { file } from '../../../src/platforms/file/source.ts'
import { measure as measureSignal } from '../../../src/runtime/measure.ts'
import { planOf } from '../../core/plan-of.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { mustRun } from '../../helpers/process.ts'

const doors = openDoors()
let folder: Awaited<ReturnType<typeof tempFolder>>
beforeAll(async () => {
  folder = await tempFolder('file')
})
afterAll(async () => {
  await doors.close()
  await folder.stop()
})

/** As a run measures it: what is thrown on the way is a measurement too. */
function measured(options: Record<string, string>): Promise<Measurement> {
  const signal = { source: 'file', with: { ...options, path: join(folder.path, options['path'] ?? 'it') } }
  return measureSignal(planOf([]), { value: async () => '' }, signal, doors.read)
}

const words = (text: string): unknown => expect.stringContaining(text)

describe('what is taken', () => {
  test.each([
    ['a number', ' 0.25\n', { as: 'number' }, 0.25],
    ['text', 'abc1234\n', { as: 'text' }, 'abc1234'],
    ['text that would move the cursor', 'ok\u001b[2J\n', { as: 'text' }, 'ok'],
    ['a place in JSON', '{"checks":[{"p95":480}]}', { json: '$.checks[0].p95' }, 480],
    ['a truth', '{"ok":false}', { json: '$.ok' }, false],
  ])('%s', async (_what, text, options, value) => {
    await writeFile(join(folder.path, 'it'), text)
    expect(await measured(options)).toMatchObject({ kind: 'samples', samples: [{ value }] })
  })

  test('at the time when it was written: read again, it is the same sample', async () => {
    const at = new Date(Date.now() - 60_000)
    await writeFile(join(folder.path, 'it'), '1')
    await utimes(join(folder.path, 'it'), at, at)
    const once = await measured({ as: 'number' })
    expect(once).toEqual({ kind: 'samples', samples: [{ at: at.getTime(), value: 1 }] })
    expect(await measured({ as: 'number' })).toEqual(once)
  })
})

describe('no data', () => {
  test('a file that nobody has written', async () => {
    expect(await measured({ path: 'none', as: 'number' })).toEqual({
      kind: 'no-data',
      why: words('there is no file'),
    })
  })

  test('a file of an earlier pipeline', async () => {
    const path = join(folder.path, 'it')
    await writeFile(path, '0')
    const written = new Date(Date.now() - 11 * 60_000)
    await utimes(path, written, written)
    expect(await measured({ as: 'number' })).toEqual({
      kind: 'no-data',
      why: words('was written 11m 00s ago, and counts for 10m 00s'),
    })
    expect(await measured({ as: 'number', fresh: '1h' })).toMatchObject({ kind: 'samples' })
  })

  test.each([
    ['a step that died before it wrote anything', '', { as: 'number' }, 'is empty'],
    ['a value that was not measured', '{"rate":null}', { json: '$.rate' }, 'has null at $.rate'],
  ])('%s', async (_what, text, options, why) => {
    await writeFile(join(folder.path, 'it'), text)
    expect(await measured(options)).toEqual({ kind: 'no-data', why: words(why) })
  })
})

describe('unknown, and never a failing sample: it says nothing about the service', () => {
  test.each([
    ['no number', 'n/a', { as: 'number' }, 'is no number: n/a'],
    ['0 / 0', 'NaN', { as: 'number' }, 'is no number: NaN'],
    ['half of the JSON', '{"rate": 0.', { json: '$.rate' }, 'it is not JSON: {"rate": 0.'],
    ['another member', '{"errors":1}', { json: '$.rate' }, 'it has no "rate"; it has errors'],
    ['more than one value', '{"rate":[1,2]}', { json: '$.rate' }, '$.rate is a list, not a single value'],
  ])('%s', async (_what, text, options, why) => {
    await writeFile(join(folder.path, 'it'), text)
    expect(await measured(options)).toEqual({ kind: 'unreachable', why: words(why) })
  })

  test('a folder, and a pipe that nobody writes to', async () => {
    await mkdir(join(folder.path, 'folder'))
    expect(await measured({ path: 'folder', as: 'text' })).toEqual({
      kind: 'unreachable',
      why: words('cannot be read: it is a folder'),
    })
    await mustRun('mkfifo', [join(folder.path, 'pipe')])
    expect(await measured({ path: 'pipe', as: 'text' })).toEqual({
      kind: 'unreachable',
      why: words('not a regular file'),
    })
  })
})

test.each([{ path: 'x' }, { path: 'x', as: 'number', json: '$.a' }, { path: 'x', as: 'json' }])(
  'options %j do not say what the value is',
  (options) => {
    expect(file.options.safeParse(options).success).toBe(false)
  },
)
