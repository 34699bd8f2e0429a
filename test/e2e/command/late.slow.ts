import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempFolder } from '../../helpers/folder.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun } from '../../helpers/process.ts'
import { stopAll, stoppable } from '../../helpers/stoppable.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { GOOD, startStage, SWITCH } from './stage.ts'

const LOCAL = ['--answer', 'store=local']
const RUN = ['run', '--target', GOOD, '--yes']
const UNDO = ['undo', '--yes', '--answer', 'blocked=yes']

/** A service with a shared store that cannot be reached until `comeBack`. */
async function startAway() {
  const folder = await tempFolder('late')
  const remote = join(folder.path, 'remote.git')
  await mustRun('git', ['init', '--quiet', '--bare', remote])
  const stage = await startStage([SWITCH], { top: { store: { git: { remote } } } })
  await rename(remote, `${remote}.away`)
  const comeBack = (): Promise<void> => rename(`${remote}.away`, remote)
  return stoppable({ cli: stage.cli, remote, comeBack }, () => stopAll([stage, folder]))
}

describeWith(['sh', 'git'], 'what was written while the shared store could not be reached', () => {
  test('is sent run by run: one that cannot be read holds up no other, and is told of', async () => {
    await using stage = await startAway()
    const { cli, remote } = stage
    expectExit(await cli.run([...RUN, ...LOCAL]), 0)
    expectExit(await cli.run([...UNDO, ...LOCAL]), 0)
    const status = (await cli.run(['status', '--json'])).json()
    expect(status['unshared']).toMatchObject([{ kind: 'undo' }, { kind: 'run' }])
    expect((await cli.run(['status'])).stdout).toContain('Not sent to the shared store yet')
    const ids = status['last'][0].runs.map(({ id }: { id: string }) => id)
    const first = String(ids.at(-1))
    const journal = join(cli.store, 'runs', first, 'events.jsonl')
    await writeFile(journal, (await readFile(journal, 'utf8')).replace('"evidence"', '"evidense"'))
    await stage.comeBack()

    const next = await cli.run(RUN)
    expectExit(next, 0)
    expect(oneLine(next.stderr)).toContain(
      `run ${first} was written while the shared store could not be reached, and is not in it yet`,
    )
    const [ref = ''] = (await mustRun('git', ['-C', remote, 'for-each-ref', '--format=%(refname)'])).split(
      '\n',
    )
    const there = await mustRun('git', ['-C', remote, 'ls-tree', '-r', '--name-only', ref])
    expect(there).toContain(`runs/${ids[0]}/events.jsonl`)
    expect(there).not.toContain(`runs/${first}/`)
    expect((await cli.run(['status', '--json'])).json()['unshared']).toEqual([])
  })

  test('says who proved it and when, not who sends it', async () => {
    await using stage = await startAway()
    const { cli } = stage
    const proven = await cli.run([...RUN, ...LOCAL, '--json'])
    expectExit(proven, 0)
    await stage.comeBack()
    expectExit(await cli.run([...UNDO, '--dry-run']), 0)
    expectExit(await cli.run(RUN), 0)
    const listed = (await cli.run(['versions', '--json'])).json()
    const since = Date.parse(listed['blocked'][0].since)
    expect(since).toBeLessThanOrEqual(Date.parse(proven.json()['ended']))
  })
})
