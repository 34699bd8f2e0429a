import { afterAll, expect, test } from 'vitest'

import { openDoors } from '../../../src/io/doors.ts'
import { command } from '../../../src/platforms/command/source.ts'

const doors = openDoors()
afterAll(() => doors.close())

test.each([
  ['exit code', 'true', {}, { value: 0 }],
  ['another one', 'echo bad >&2; exit 2', {}, { value: 2, failing: 'exit code 2: bad' }],
  ['a number', 'echo " 1.5 "', { stdout: 'number' }, { value: 1.5 }],
  ['no number', 'echo n/a', { stdout: 'number' }, { value: null, failing: 'it did not print a number: n/a' }],
  [
    'nothing is not zero',
    'true',
    { stdout: 'number' },
    { value: null, failing: 'it did not print a number: nothing' },
  ],
  ['text', 'echo abc1234', { stdout: 'text' }, { value: 'abc1234' }],
  ['JSON', `echo '{"a":[{"b":7}]}'`, { stdout: 'json', json: '$.a[0].b' }, { value: 7 }],
  [
    'no JSON',
    'echo oops',
    { stdout: 'json', json: '$.a' },
    { value: null, failing: 'the answer is not JSON: oops' },
  ],
  [
    'a number, and a failure',
    'echo 5; exit 1',
    { stdout: 'number' },
    { value: null, failing: 'exit code 1: 5' },
  ],
  ['too slow', 'sleep 15', { timeout: '50ms' }, { value: null, failing: 'timed out after 50 ms' }],
])('%s', async (_what, script, more, expected) => {
  const options = command.options.parse({ argv: ['sh', '-c', script], ...more })
  const measured = await command.measure(options, doors.read)
  expect(measured).toEqual({ kind: 'samples', samples: [{ at: expect.any(Number), ...expected }] })
})

test('a program that is not there says nothing about the service', async () => {
  const options = command.options.parse({ argv: ['no-such-program'] })
  expect(await command.measure(options, doors.read)).toMatchObject({ kind: 'unreachable' })
})

test('a path without JSON', () => {
  expect(command.options.safeParse({ argv: ['x'], json: '$.a' }).success).toBe(false)
})

test('evidence: a line that is too long to be kept whole is left out, and that is said', async () => {
  const script = 'yes x | head -c 600000 | tr -d "\\n"; echo oops >&2'
  const kept = await command.capture?.({ argv: ['sh', '-c', script] }, doors.read, 2000)
  expect(kept).toMatchObject({
    dropped: 300_000,
    note: expect.stringContaining('a line of more than 1000 bytes'),
  })
  expect(kept?.text).toContain('oops')
  expect(kept?.text).not.toContain('x')
})
