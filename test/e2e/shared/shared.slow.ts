import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempFolder } from '../../helpers/folder.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun, poll } from '../../helpers/process.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { stopAll, type Stoppable, stoppable } from '../../helpers/stoppable.ts'
import { type Cli, expectExit, makeCli, oneLine } from '../helpers/cli.ts'
import { hangingHook } from '../registry/hanging-hook.ts'
import { BAD, GOOD, type Stage, startStage } from '../registry/stage.ts'

const REF = 'refs/rollback/acme-api/production'

interface Team extends Stoppable {
  stage: Stage
  /** Two machines of a team: nothing in common but the git remote and the runbook. */
  laptop: Cli
  ci: Cli
  remote: string
  /** The commit of the board; empty when there is none. */
  board(): Promise<string>
}

/** A call that may do harm when it is repeated, so that nothing is repeated by itself. */
const ASKING = {
  redeploy: {
    id: 'redeploy',
    uses: 'http.request',
    with: { url: '${secrets.deploy_hook}', method: 'POST', repeat: 'ask' },
    timeout: '60s',
  },
}

async function startTeam(changes: Parameters<Stage['runbook']>[0] = {}): Promise<Team> {
  const folder = await tempFolder('shared')
  const remote = join(folder.path, 'remote.git')
  await mustRun('git', ['init', '--quiet', '--bare', remote])
  const stage = await startStage()
  // What is about to begin is sent before it begins, and that takes a while on a busy machine.
  const slow = { image: { timeout: '60s' }, redeploy: { timeout: '60s' } }
  await stage.runbook({ ...slow, ...changes, top: { store: { git: { remote } } } })
  const hook = stage.cli.env['PROD_DEPLOY_HOOK'] ?? ''
  const ci = await makeCli({ PROD_DEPLOY_HOOK: hook })
  await copyFile(join(stage.cli.folder, 'rollback.yaml'), join(ci.folder, 'rollback.yaml'))
  const board = async (): Promise<string> =>
    (await mustRun('git', ['-C', remote, 'for-each-ref', '--format=%(objectname)', REF])).trim()
  return stoppable({ stage, laptop: stage.cli, ci, remote, board }, () => stopAll([folder, stage, ci]))
}

describeWith(REGISTRY_PROGRAMS, 'a store that machines share', () => {
  test('what one machine has proven, the other one knows: runs, and which versions are blocked', async () => {
    await using team = await startTeam()
    const { laptop, ci } = team
    expectExit(await laptop.run(['run', '--target', GOOD, '--yes', '--reason', 'checkout fails']), 0)
    const status = await ci.run(['status', '--json'])
    expect(status.json()).toMatchObject({
      locks: [],
      last: [{ lastSeen: { proven: { target: { sha: GOOD } } }, runs: [{ result: 'proven' }] }],
    })
    expect(oneLine((await ci.run(['show'])).stdout)).toContain('checkout fails')
    expectExit(await ci.run(['versions', 'check', BAD]), 27)
    const refused = await ci.run(['run', '--target', BAD, '--yes'])
    expectExit(refused, 20)
    expect(oneLine(refused.stdout)).toContain('checkout fails')
    expectExit(await ci.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    expect(await team.stage.serves()).toMatchObject({ commit: BAD })
    expectExit(await laptop.run(['versions', 'check', BAD]), 0)
  })

  test('a run that was cut off on one machine is seen, respected and gone on with on the other', async () => {
    await using team = await startTeam(ASKING)
    const { stage, laptop, ci } = team
    await using hook = await hangingHook(stage)
    const running = laptop.start(['run', '--target', GOOD, '--yes'], { env: hook.env })
    await poll(() => hook.proxy.requests.length === 1, 20_000)
    const busy = await ci.run(['run', '--target', GOOD, '--yes'], { env: hook.env })
    expectExit(busy, 25)
    expect(busy.stderr).toContain('is under way')
    running.kill('SIGKILL')
    await running.result
    hook.proxy.clearFaults()

    const [unfinished] = (await ci.run(['status', '--json'])).json()['unfinished']
    const id = String(unfinished.id)
    const writes = stage.registry.writes().length
    const asked = await ci.run(['resume', id, '--yes'], { env: hook.env })
    // The intent of the call was shared before it was made: the other machine does not repeat it unasked.
    expectExit(asked, 26)
    expect(hook.proxy.requests).toHaveLength(1)
    const resumed = await ci.run(['resume', id, '--yes', '--answer', 'redeploy=again'], { env: hook.env })
    expectExit(resumed, 0)
    expect(hook.proxy.requests).toHaveLength(2)
    expect(stage.registry.writes()).toHaveLength(writes)

    // The first machine learns what has become of its run.
    const again = await laptop.run(['resume', id, '--yes'], { env: hook.env })
    expectExit(again, 2)
    expect(again.stderr).toContain('has ended (proven)')
    expect(oneLine((await laptop.run(['show', id])).stdout)).toContain('resumed by')
  })

  test('looking writes nothing there', async () => {
    await using team = await startTeam()
    const { laptop, ci } = team
    for (const args of [
      ['status'],
      ['plan'],
      ['plan', '--target', GOOD],
      ['run', '--target', GOOD, '--dry-run'],
      ['versions'],
    ])
      expectExit(await ci.run(args), 0)
    expect(await team.board()).toBe('')
    expectExit(await laptop.run(['run', '--target', GOOD, '--yes']), 0)
    const before = await team.board()
    for (const args of [['status'], ['show'], ['plan', '--target', GOOD], ['undo', '--dry-run']])
      expectExit(await ci.run(args), 0)
    expect(await team.board()).toBe(before)
  })

  test('that cannot be reached: CI is refused, a person may go on, and it is sent later', async () => {
    await using team = await startTeam()
    const { laptop, ci, remote, stage } = team
    await rename(remote, `${remote}.gone`)
    const refused = await ci.run(['run', '--target', GOOD, '--yes', '--answer', 'store=local'], {
      env: { CI: 'true' },
    })
    expectExit(refused, 20)
    const unasked = await laptop.run(['run', '--target', GOOD, '--yes'])
    expectExit(unasked, 20)
    expect(oneLine((await laptop.run(['status'])).stdout)).toContain('cannot be reached')
    expect(unasked.stderr).toContain('--answer store=local')
    // Each says what goes on, and that does.
    const local = ['--answer', 'store=local']
    const planned = await laptop.run(['plan', '--target', GOOD])
    expectExit(planned, 20)
    expect(oneLine(planned.stdout)).toContain('rollback run --answer store=local')
    expect(planned.stdout).not.toContain('--force')
    expectExit(await laptop.run(['run', '--target', GOOD, '--dry-run', ...local]), 0)
    const inCi = await ci.run(['plan', '--target', GOOD], { env: { CI: 'true' } })
    expect(inCi.stdout).not.toContain('store=local')
    for (const command of ['resume', 'undo', 'show'])
      expect(oneLine((await laptop.run([command])).stderr)).toContain('cannot be reached')
    expect(await stage.digest()).toBe(stage.bad)

    const alone = await laptop.run(['run', '--target', GOOD, '--yes', '--answer', 'store=local', '--json'])
    expectExit(alone, 0)
    const id = String(alone.json()['id'])
    expect(oneLine((await laptop.run(['show', id])).stdout)).toContain('goes on without it')

    await rename(`${remote}.gone`, remote)
    expect((await ci.run(['status', '--json'])).json()['last']).toEqual([])
    // The next one who does something sends it first.
    expectExit(await laptop.run(['run', '--target', GOOD, '--yes']), 0)
    expect((await ci.run(['show', id, '--json'])).json()['run']).toMatchObject({ id, result: 'proven' })
    expectExit(await ci.run(['versions', 'check', BAD]), 27)
  })
})
