import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit } from '../helpers/cli.ts'
import { BAD, GOOD, startStage } from './stage.ts'

describeWith(REGISTRY_PROGRAMS, 'a run that was taken back', () => {
  test('has nothing left to be taken back: no call is made again', async () => {
    await using stage = await startStage()
    const { cli } = stage
    const run = await cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(run, 0)
    const undo = ['undo', String(run.json()['id']), '--yes', '--answer', 'blocked=yes']
    expectExit(await cli.run(undo), 0)
    const calls = stage.service.hookCalls.length
    const again = await cli.run(undo)
    expectExit(again, 0)
    expect(again.stdout).toContain('Already taken back')
    expect(stage.service.hookCalls).toHaveLength(calls)
    expect(await stage.serves()).toMatchObject({ commit: BAD })
  })
})
