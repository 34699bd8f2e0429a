import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { GOOD, startStage, SWITCH } from './stage.ts'

const RUN = ['run', '--target', GOOD, '--yes']

/** The only run there is, which has called its step and was killed. */
async function startCut() {
  const stage = await startStage([SWITCH])
  await stage.cli.run(RUN, { env: { ROLLBACK_FAILPOINT: 'effect-done' } })
  const [id = ''] = await readdir(join(stage.cli.store, 'runs'))
  return { stage, id, folder: join(stage.cli.store, 'runs', id) }
}

describeWith(['sh'], 'a run of which something was lost on disk', () => {
  test('its journal: no new run begins beside it, and status says that it is there', async () => {
    const { stage, id, folder } = await startCut()
    await using _ = stage
    await truncate(join(folder, 'events.jsonl'))
    const refused = await stage.cli.run(RUN)
    expect(refused.exitCode).not.toBe(0)
    expect(oneLine(refused.stderr)).toContain('move the folder of the run away')
    expect(await stage.log()).toEqual(['switch'])
    const status = await stage.cli.run(['status'])
    expect(status.stdout).not.toContain('No runs')
    expect(oneLine(status.stdout)).toContain(`Cannot be read - ${id}: the journal`)
    const listed = (await stage.cli.run(['status', '--json'])).json()
    expect(listed['damaged']).toMatchObject([{ id, cure: expect.stringContaining('backup') as string }])
  })

  test('its plan: what helps is a copy of it, and not a new one', async () => {
    const { stage, folder } = await startCut()
    await using _ = stage
    const plan = join(folder, 'plan.json')
    await writeFile(plan, (await readFile(plan, 'utf8')).replace('production', 'staging'))
    const shown = await stage.cli.run(['show', 'last'])
    expectExit(shown, 1)
    expect(oneLine(shown.stderr)).toContain('the journal beside it says what was done')
    expect(shown.stderr).not.toContain('new plan')
  })
})
