import { join } from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import type { CommandResult } from '../../../src/core/doors.ts'
import { secretMarker } from '../../../src/core/shell.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { run } from '../../../src/platforms/command/run.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { mustRun } from '../../helpers/process.ts'

const doors = openDoors()
afterAll(() => doors.close())

function options(script: string, more: Record<string, unknown> = {}) {
  return run.options.parse({ argv: ['sh', '-c', script], ...more })
}

describe('command.run', () => {
  test('gives the command the id of the effect, the same for every try', async () => {
    const asked = options('test "$ROLLBACK_EFFECT" = step-1')
    expect(await run.call(asked, 'step-1', doors.write)).toEqual({ exitCode: 0 })
  })

  test.each([
    [
      'a failure may have done something',
      options('echo why >&2; exit 3'),
      { applied: 'unknown', retryable: true, found: 'why', message: 'sh: exit code 3' },
    ],
    [
      'so may one that was stopped',
      options('sleep 15', { timeout: '50ms' }),
      { applied: 'unknown', message: 'sh was ended half-way: timed out after 50 ms' },
    ],
    [
      'a program that is not there has not',
      run.options.parse({ argv: ['no-such-program'] }),
      { applied: 'no', retryable: false },
    ],
    [
      'ended well, but did not say so',
      options('echo hm', { stdout: { contains: 'done' } }),
      { applied: 'unknown', found: 'hm' },
    ],
  ])('%s', async (_what, asked, expected) => {
    await expect(run.call(asked, 'id', doors.write)).rejects.toMatchObject(expected)
  })

  test('one that could not be ended is said to go on, and is not started once more beside itself', async () => {
    const execute = async (): Promise<CommandResult> => ({
      started: true,
      exitCode: undefined,
      ended: 'interrupted, and still runs',
      cut: 'interrupted',
      stillRuns: true,
      stdout: '',
      stderr: '',
      dropped: 0,
    })
    await expect(run.call(options('sudo true'), 'id', { ...doors.write, execute })).rejects.toMatchObject({
      applied: 'unknown',
      retryable: false,
      program: 'still-runs',
    })
  })

  test('a check tells whether it has happened', async () => {
    const find = (argv: string[], more = {}) =>
      run.find?.(options('true', { check: { argv, ...more } }), doors.read)
    expect(await find(['true'])).toBe('done')
    expect(await find(['false'])).toBe('not-done')
    expect(await find(['echo', 'no'], { stdout: { contains: 'yes' } })).toBe('not-done')
    expect(await find(['no-such-program'])).toBe('unknown')
    expect(await run.find?.(options('true'), doors.read)).toBe('unknown')
    expect(await run.ready?.(options('false', { check: { argv: ['true'] } }), doors.read)).toMatchObject({
      done: true,
      checks: [{ note: 'your command, unchecked' }],
    })
  })

  test('is taken back as the runbook says', () => {
    expect(run.reversal(options('x'))).toEqual({ how: 'again' })
    expect(run.reversal(options('x', { undo: 'none' }))).toMatchObject({ how: 'none' })
    expect(run.reversal(options('x', { undo: { argv: ['y'] }, stdout: { contains: 'z' } }))).toEqual({
      how: 'other',
      options: { argv: ['y'], undo: 'none' },
    })
  })

  test('by hand: the printed line does the same', async () => {
    await using folder = await tempFolder()
    const asked = options('echo "$WHO $1" > out', { env: { WHO: "it's me" }, cwd: folder.path })
    const argv: [string, ...string[]] = [...asked.argv, 'sh', '$HOME; x']
    await mustRun('sh', ['-c', run.manual({ ...asked, argv }).join('\n')])
    expect(await doors.read.file(join(folder.path, 'out'))).toBe("it's me $HOME; x\n")
    expect(run.manual({ ...asked, env: { TOKEN: secretMarker('$TOKEN') } })[0]).toContain('TOKEN="$TOKEN"')
  })

  test('a secret in an argument is refused', () => {
    const { error } = run.options.safeParse({ argv: ['deploy', '--token=${secrets.token}'] })
    expect(error?.issues).toMatchObject([{ path: ['argv'], message: expect.stringContaining('env') }])
  })
})
