import { expect, test } from 'vitest'

import { startFaultProxy } from '../../helpers/fault-proxy.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { BAD, GOOD, type Stage, startStage } from './stage.ts'

/** Long enough for three samples; what never holds waits so long. */
const SHORT = { verify: { within: '2s' } }

describeWith(REGISTRY_PROGRAMS, 'a rollback that does not make the service well', () => {
  test.concurrent('the target is live and never healthy', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.behave(GOOD, 'unhealthy')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 22)
    expect(run.stdout).toMatch(/^Failed: changes stand, a person is needed/)
    expect(oneLine(run.stdout)).toContain('health passing, 3 in a row')
    await expectStanding(stage, run.stdout)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: false })
    expect(stage.service.hookCalls).toHaveLength(1)

    stage.service.behave(GOOD, 'healthy')
    await undoBrings(stage, BAD)
  })

  test.concurrent('the platform stays at the old version, and is healthy', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.behave(BAD, 'healthy')
    stage.service.hook('keeps-old-version')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 22)
    expect(oneLine(run.stdout)).toContain(`commit ${BAD.slice(0, 7)}, wanted ${GOOD.slice(0, 7)}`)
    await expectStanding(stage, run.stdout)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: true })
    expect(stage.service.hookCalls).toHaveLength(1)
  })

  test.concurrent('a crashed target is not success, and a dead service does not block its own rollback', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.behave(BAD, 'crashed')
    stage.service.behave(GOOD, 'crashed')
    const dead = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(dead, 22)
    await expectStanding(stage, dead.stdout)

    stage.service.behave(GOOD, 'healthy')
    stage.service.behave(BAD, 'crashed')
    await stage.moveTag('prod-latest', stage.bad)
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('the hook always answers 500', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.hook('answers-500')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 22)
    expect(oneLine(run.stdout)).toContain('500')
    await expectStanding(stage, run.stdout)
    // Calling a deploy hook again is harmless: all tries were used, and no more.
    expect(stage.service.hookCalls.map(({ status }) => status)).toEqual([500, 500, 500])
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })

    stage.service.hook('deploys')
    const again = await stage.cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(again, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expect(await stage.backups()).toHaveLength(1)
    expect(stage.service.hookCalls).toHaveLength(4)
  })

  test.concurrent('the hook answers 500 once', async () => {
    await using stage = await startStage()
    await using hook = await startFaultProxy(stage.service.url)
    hook.fail({ when: () => true, how: { status: 500 }, times: 1 })
    const env = { PROD_DEPLOY_HOOK: stage.service.hookUrl.replace(stage.service.url, hook.url) }
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'], { env })
    expectExit(run, 0)
    expect(hook.requests.map(({ status }) => status)).toEqual([500, 200])
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('the hook is lost after the tag has moved; a second run calls it again, and heals', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.hook('lost')
    const lost = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(lost, 22)
    await expectStanding(stage, lost.stdout)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })

    stage.service.hook('deploys')
    stage.registry.proxy.forgetRequests()
    const second = await stage.cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(second, 0)
    expect(second.json()).toMatchObject({ result: 'proven' })
    expect(stage.registry.writes()).toEqual([])
    expect(stage.service.hookCalls).toHaveLength(2)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('what failed with a lost hook can be undone, whatever the service runs', async () => {
    await using stage = await startStage({ runbook: SHORT })
    stage.service.hook('lost')
    await stage.cli.run(['run', '--target', GOOD, '--yes'])
    stage.service.hook('deploys')
    await undoBrings(stage, BAD)
    expect(stage.service.hookCalls).toHaveLength(2)
  })

  test.concurrent('`on_failure: undo` takes a failed run back by itself', async () => {
    await using stage = await startStage({
      runbook: { ...SHORT, procedure: { on_failure: 'undo', undo: undoProof } },
    })
    stage.service.behave(GOOD, 'unhealthy')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 21)
    expect(run.stdout).toMatch(/^Failed, and every change was taken back and proven/)
    expect(await stage.digest()).toBe(stage.bad)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
    expect(stage.service.hookCalls).toHaveLength(2)
    const status = await stage.cli.run(['status', '--json'])
    expect(status.json()).toMatchObject({ unfinished: [] })
  })

  test.concurrent('an undo by itself that does not work says what stands', async () => {
    await using stage = await startStage({ runbook: { ...SHORT, procedure: { on_failure: 'undo' } } })
    stage.service.hook('answers-500')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    // Whether a hook that answers 500 was taken is not known: it has to be called again, and that fails too.
    expectExit(run, 22)
    expect(oneLine(run.stdout)).toContain('It was to be taken back, and that did not end well')
    expect(run.stdout).toContain('What stands')
    expect(await stage.digest()).toBe(stage.bad)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('past its deadline a run in CI starts nothing new', async () => {
    await using stage = await startStage({ runbook: { top: { deadline: '300ms' } } })
    stage.registry.proxy.fail({
      when: ({ method, path }) => method === 'PUT' && path.endsWith('prod-latest'),
      how: { status: 429, headers: { 'retry-after': '1' } },
      times: 1,
    })
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes', '--json'], { env: { CI: 'true' } })
    expectExit(run, 20)
    expect(run.json()).toMatchObject({ result: 'failed', deadlinePassed: true })
    expect(await stage.digest()).toBe(stage.bad)
    expect(stage.service.hookCalls).toEqual([])
  })
})

const undoProof = {
  verify: {
    within: '15s',
    must: [{ signal: 'live_version', same_commit: '${target.sha}', in_a_row: 3 }],
  },
}

/** The tag is at the target, its former image is kept, and the output says both what stands and how to go on. */
async function expectStanding(stage: Stage, stdout: string): Promise<void> {
  expect(await stage.digest()).toBe(stage.good)
  const [backup = ''] = await stage.backups()
  expect(await stage.digest(backup)).toBe(stage.bad)
  expect(stdout).toContain('What stands')
  expect(stdout.slice(stdout.indexOf('What stands'))).toContain(`${stage.repository}:prod-latest`)
  expect(stdout).toMatch(/Ways on\n(?:.*\n)*\s+rollback undo \d{8}-\d{6}-\w+/)
}

async function undoBrings(stage: Stage, commit: string): Promise<void> {
  const undo = await stage.cli.run(['undo', 'last', '--yes', '--answer', 'blocked=yes', '--json'])
  expectExit(undo, 0)
  expect((await stage.serves()).commit).toBe(commit)
  expect(await stage.digest()).toBe(stage.bad)
}
