import { expect, test } from 'vitest'

import { makeCli } from './cli.ts'

test('runs the built program in a world of its own', async () => {
  await using cli = await makeCli()
  const status = await cli.run(['status', '--json'])
  expect({ exitCode: status.exitCode, stderr: status.stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(status.json()).toMatchObject({ type: 'status', place: cli.store })
  expect((await cli.run(['no-such-command'])).exitCode).toBe(2)
})
