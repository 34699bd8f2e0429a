import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Change, Reading, Wanted } from '../../../src/core/contract.ts'
import type { Json } from '../../../src/core/json.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { set } from '../../../src/platforms/command/set.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { mustRun } from '../../helpers/process.ts'

const SCRIPT = 'runbooks/scripts/feature-flag.mjs'
const RELEASE = { release: { given: 'abc1234' } }

const doors = openDoors()
afterAll(() => doors.close())

type Options = Parameters<typeof set.surfaces>[0]

async function reading(options: Options): Promise<Reading<Json>> {
  const [first] = await set.surfaces(options, doors.read)
  if (first === undefined) throw new Error('no surface')
  return first
}

async function change(options: Options, wanted: Wanted<Json>): Promise<Change<Json>> {
  const { surface, seen } = await reading(options)
  const resolution = await set.resolve(options, { surface, seen }, wanted, doors.read)
  if (resolution.kind !== 'change') throw new Error(JSON.stringify(resolution))
  const from = seen.status === 'present' ? seen.state : null
  return { surface, from, to: resolution.to, fromLabel: '', toLabel: resolution.toLabel, onUndo: 'restore' }
}

describe('the example script', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>
  let file: string
  let options: Options
  beforeEach(async () => {
    folder = await tempFolder('flag')
    file = join(folder.path, 'flags.json')
    await writeFile(file, '{"other":{"on":true},"checkout":{"on":true}}')
    options = set.options.parse({ argv: [process.execPath, SCRIPT], with: { file, flag: 'checkout' } })
  })
  afterEach(() => folder.stop())

  const flags = async () => JSON.parse(await readFile(file, 'utf8')) as unknown

  test('there and back', async () => {
    const off = await change(options, RELEASE)
    expect(off).toMatchObject({ from: { on: true }, to: { on: false }, toLabel: 'off' })
    expect(await flags()).toMatchObject({ checkout: { on: true } })
    await set.apply(options, off, doors.write)
    expect(await flags()).toEqual({ other: { on: true }, checkout: { on: false } })
    expect(set.progress(await set.observe(options, off.surface, doors.read), off.to)).toEqual({
      state: 'reached',
      words: 'off',
    })
    await set.apply(options, await change(options, { state: off.from }), doors.write)
    expect(await flags()).toMatchObject({ checkout: { on: true } })
  })

  test('twice is once; after somebody else it is stale', async () => {
    const off = await change(options, RELEASE)
    await set.apply(options, off, doors.write)
    expect(await set.apply(options, off, doors.write)).toEqual({ already: true })
    await writeFile(file, '{"checkout":{"on":"half"}}')
    await expect(set.apply(options, off, doors.write)).rejects.toMatchObject({ code: 'stale', applied: 'no' })
  })

  test('a flag that was absent is absent again after the undo', async () => {
    const fresh = set.options.parse({ ...options, with: { file, flag: 'new', value: { on: false } } })
    const made = await change(fresh, RELEASE)
    await set.apply(fresh, made, doors.write)
    await set.apply(fresh, await change(fresh, { state: null }), doors.write)
    expect(await flags()).not.toHaveProperty('new')
  })

  test('by hand: the printed line does the same', async () => {
    for (const line of set.manual(options, await change(options, RELEASE))) await mustRun('sh', ['-c', line])
    expect(await flags()).toMatchObject({ checkout: { on: false } })
  })

  test('by hand: quotes, backslashes and line breaks arrive as they are', async () => {
    const value = { on: false, note: `it's "C:\\new" \n100 %s $HOME` }
    const odd = set.options.parse({ ...options, with: { file, flag: 'checkout', value } })
    for (const line of set.manual(odd, await change(odd, RELEASE))) await mustRun('sh', ['-c', line])
    expect(await flags()).toMatchObject({ checkout: value })
  })

  test('its own words are shown when it cannot answer', async () => {
    await writeFile(file, 'not JSON')
    const { seen } = await reading(options)
    expect(seen).toMatchObject({
      status: 'unknown',
      why: expect.stringContaining('flags.json cannot be read'),
    })
  })
})

describe('how far a change is', () => {
  const flag = { id: 'x', kind: 'setting' as const, type: 'flag' }

  async function progressOf(answer: object, to: Json) {
    const argv = [process.execPath, '-e', 'console.log(process.argv[1])', JSON.stringify(answer)]
    return set.progress(await set.observe(set.options.parse({ argv }), flag, doors.read), to)
  }

  const at = (state: number, progress?: object) => ({
    status: 'present',
    state,
    label: `v${state}`,
    progress,
  })

  test.each([
    ['there', at(2), { state: 'reached', words: 'v2' }],
    ['not there', at(1), { state: 'moving', words: 'still v1' }],
    [
      'asked for, not there yet',
      at(2, { state: 'moving', words: '1 of 3' }),
      { state: 'moving', words: '1 of 3' },
    ],
    ['failed', at(2, { state: 'failed', words: 'exit 1' }), { state: 'failed', words: 'exit 1' }],
    ['failed on the way', at(1, { state: 'failed', words: 'exit 1' }), { state: 'failed', words: 'exit 1' }],
    ['gone', { status: 'absent' }, { state: 'moving', words: 'still absent' }],
  ])('%s', async (_what, answer, expected) => {
    expect(await progressOf(answer, 2)).toEqual(expected)
  })

  test('a progress that is not known is no answer', async () => {
    expect(await progressOf(at(2, { state: 'done', words: 'x' }), 2)).toMatchObject({
      state: 'moving',
      words: expect.stringContaining('progress.state'),
    })
  })
})

describe('an answer that does not fit', () => {
  const says = (text: string) => set.options.parse({ argv: ['sh', '-c', `cat >/dev/null; echo '${text}'`] })

  test.each([
    ['nothing', ''],
    ['no JSON', 'oops'],
    ['no surfaces', '{"surfaces":[]}'],
    ['a state that is null', '{"surfaces":[{"id":"x","status":"present","state":null,"label":"x"}]}'],
    ['a status that is not known', '{"surfaces":[{"id":"x","status":"fine"}]}'],
  ])('while planning is unknown: %s', async (_what, text) => {
    const { seen } = await reading(says(text))
    expect(seen).toMatchObject({ status: 'unknown', cure: expect.stringContaining('docs/command-set.md') })
  })

  const surface = { id: 'x', kind: 'setting' as const, type: 'flag' }
  const off = { surface, from: 1, to: 0, fromLabel: '1', toLabel: '0', onUndo: 'restore' as const }

  test.each([
    ['no JSON', says('oops'), { applied: 'unknown' }],
    [
      'its own no',
      says('{"applied":"no","why":"it is Friday","retryable":true}'),
      { applied: 'no', retryable: true, message: 'it is Friday' },
    ],
    [
      'exit code',
      set.options.parse({ argv: ['sh', '-c', 'echo broken >&2; exit 1'] }),
      { applied: 'unknown', found: 'broken' },
    ],
    ['not there', set.options.parse({ argv: ['no-such-script'] }), { applied: 'no' }],
  ])('while changing may have done something, unless it says no: %s', async (_what, options, expected) => {
    await expect(set.apply(options, off, doors.write)).rejects.toMatchObject(expected)
  })
})
