import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { poll } from '../../helpers/process.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { type CliResult, expectExit, oneLine } from '../helpers/cli.ts'
import { hangingHook } from './hanging-hook.ts'
import { BAD, GOOD, type Stage, startStage } from './stage.ts'

interface CutOff {
  id: string
  /** For whoever goes on, with a hook that answers. */
  env: Record<string, string>
  hook: Awaited<ReturnType<typeof hangingHook>>
}

/** A run that dies, without a word, while its hook hangs. */
async function cutOff(stage: Stage): Promise<CutOff & AsyncDisposable> {
  const hook = await hangingHook(stage)
  const running = stage.cli.start(['run', '--target', GOOD, '--yes'], { env: hook.env })
  await poll(() => hook.proxy.requests.length === 1, 15_000)
  running.kill('SIGKILL')
  await running.result
  hook.proxy.clearFaults()
  const status = await stage.cli.run(['status', '--json'])
  const id = String(status.json()['unfinished'][0].id)
  return { id, env: hook.env, hook, [Symbol.asyncDispose]: () => hook[Symbol.asyncDispose]() }
}

const lastLine = ({ stdout }: CliResult): string => stdout.trimEnd().split('\n').at(-1) ?? ''

describeWith(REGISTRY_PROGRAMS, 'a run that was cut off', () => {
  test.concurrent('owns what it changes, and says so to everybody else', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    const status = await stage.cli.run(['status'])
    expect(oneLine(status.stdout)).toContain(`locked by run ${run.id}`)
    expect(oneLine(status.stdout)).toContain('its process has ended without a word')
    expect(status.stdout).toContain(`rollback resume ${run.id}`)
    const json = await stage.cli.run(['status', '--json'])
    expect(json.json()).toMatchObject({ locks: [{ run: run.id, holder: 'gone', service: 'acme-api' }] })

    const writes = stage.registry.writes().length
    const other = await stage.cli.run(['run', '--target', GOOD, '--yes'], { env: run.env })
    expectExit(other, 25)
    expect(other.stderr).toContain(`rollback resume ${run.id}`)
    expect(other.stderr).toContain(`rollback undo ${run.id}`)
    expect(other.stderr).toContain(`rollback abandon ${run.id}`)
    expect(stage.registry.writes()).toHaveLength(writes)
    expect(run.hook.proxy.requests).toHaveLength(1)
    // Looking is free.
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--dry-run'], { env: run.env }), 0)
  })

  test.concurrent('is gone on with: what was done is not done again, and it is proven', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    const writes = stage.registry.writes().length
    const resumed = await stage.cli.run(['resume', '--yes', '--json'], { env: run.env })
    // A deploy hook is harmless to repeat: it is called once more.
    expectExit(resumed, 0)
    expect(resumed.json()).toMatchObject({ type: 'result', id: run.id, result: 'proven', finished: true })
    expect(run.hook.proxy.requests).toHaveLength(2)
    expect(stage.registry.writes()).toHaveLength(writes)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })

    const shown = await stage.cli.run(['show', run.id])
    expect(oneLine(shown.stdout)).toMatch(/resumed by \S+ on/)
    expect((await stage.cli.run(['status', '--json'])).json()).toMatchObject({ locks: [], unfinished: [] })
    const again = await stage.cli.run(['resume', run.id, '--yes'], { env: run.env })
    expectExit(again, 2)
    expect(again.stderr).toContain('has ended (proven)')
  })

  test.concurrent('is taken back: the undo takes it over, and nothing is left of it', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    expectExit(await stage.cli.run(['undo', run.id, '--yes'], { env: run.env }), 0)
    expect(await stage.digest()).toBe(stage.bad)
    expect(await stage.serves()).toMatchObject({ commit: BAD })
    const status = (await stage.cli.run(['status', '--json'])).json()
    expect(status).toMatchObject({ locks: [], unfinished: [] })
    const shown = await stage.cli.run(['show', run.id, '--json'])
    expect(shown.json()['run']).toMatchObject({
      result: 'abandoned',
      why: expect.stringContaining('taken over by its undo') as string,
    })
  })

  test.concurrent('is given up with a reason: what stands is left, and anybody may go on', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    const without = await stage.cli.run(['abandon', run.id, '--yes'])
    expectExit(without, 2)
    expect(without.stderr).toContain('--reason')
    const unasked = await stage.cli.run(['abandon', run.id, '--reason', 'mended by hand'])
    expectExit(unasked, 26)
    const given = await stage.cli.run(['abandon', run.id, '--reason', 'mended by hand', '--yes'])
    expectExit(given, 0)
    expect(given.stderr).toContain('prod-latest')
    expect(await stage.digest()).toBe(stage.good)
    const shown = await stage.cli.run(['show', run.id])
    expect(oneLine(shown.stdout)).toContain('given up: mended by hand')
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes'], { env: run.env }), 0)
  })

  test.concurrent('what somebody else has changed since stops it, and nothing is overwritten', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    await stage.moveTag('prod-latest', stage.bad)
    const resumed = await stage.cli.run(['resume', run.id, '--yes'], { env: run.env })
    expectExit(resumed, 22)
    expect(oneLine(resumed.stderr)).toContain('prod-latest is')
    expect(resumed.stderr).toContain(`rollback abandon ${run.id}`)
    expect(await stage.digest()).toBe(stage.bad)
    expect(run.hook.proxy.requests).toHaveLength(1)
    expect((await stage.cli.run(['status', '--json'])).json()).toMatchObject({ unfinished: [{ id: run.id }] })
  })

  test.concurrent('without a terminal nothing is gone on with unless that was said', async () => {
    await using stage = await startStage()
    await using run = await cutOff(stage)
    const asked = await stage.cli.run(['resume', run.id], { env: run.env })
    expectExit(asked, 26)
    expect(asked.stderr).toContain(`rollback resume ${run.id} --yes`)
    expect(run.hook.proxy.requests).toHaveLength(1)
  })
})

describeWith(REGISTRY_PROGRAMS, 'a call that may do harm when it is repeated', () => {
  const harmful = {
    redeploy: {
      id: 'redeploy',
      uses: 'http.request',
      with: { url: '${secrets.deploy_hook}', method: 'POST', repeat: 'ask' },
    },
  }

  test.concurrent('is not repeated before somebody says so', async () => {
    await using stage = await startStage({ runbook: harmful })
    await using run = await cutOff(stage)
    const asked = await stage.cli.run(['resume', run.id, '--yes'], { env: run.env })
    expectExit(asked, 26)
    expect(asked.stderr).toContain(`rollback resume ${run.id} --yes --answer redeploy=done`)
    expect(run.hook.proxy.requests).toHaveLength(1)

    const wrong = await stage.cli.run(['resume', run.id, '--yes', '--answer', 'redeploy=maybe'], {
      env: run.env,
    })
    expectExit(wrong, 2)
    expect(run.hook.proxy.requests).toHaveLength(1)

    const again = await stage.cli.run(['resume', run.id, '--yes', '--answer', 'redeploy=again'], {
      env: run.env,
    })
    expectExit(again, 0)
    expect(run.hook.proxy.requests).toHaveLength(2)
  })

  test.concurrent('is believed to have happened when somebody says so, and the proof decides', async () => {
    await using stage = await startStage({ runbook: { ...harmful, verify: { within: '1s' } } })
    await using run = await cutOff(stage)
    const done = await stage.cli.run(['resume', run.id, '--yes', '--answer', 'redeploy=done'], {
      env: run.env,
    })
    expectExit(done, 22)
    expect(run.hook.proxy.requests).toHaveLength(1)
  })
})

describeWith(REGISTRY_PROGRAMS, 'a run that is interrupted and gone on with', () => {
  test.concurrent('the command that goes on is the last line, and it works', async () => {
    await using stage = await startStage()
    stage.service.behave(GOOD, 'unhealthy')
    const running = stage.cli.start(['run', '--target', GOOD, '--yes'])
    await poll(() => running.output().includes('phase: prove'), 15_000)
    running.kill('SIGTERM')
    const ended = await running.result
    expectExit(ended, 143)
    const command = /rollback (resume \S+)/.exec(lastLine(ended))?.[1] ?? ''
    expect(command).not.toBe('')
    stage.service.behave(GOOD, 'healthy')
    expectExit(await stage.cli.run([...command.split(' '), '--yes']), 0)
  })

  test.concurrent('while it runs nobody else gets in, and everybody sees who it is', async () => {
    // As long as this takes, also on a busy machine.
    await using stage = await startStage({ runbook: { redeploy: { timeout: '60s' } } })
    await using hook = await hangingHook(stage)
    const running = stage.cli.start(['run', '--target', GOOD, '--yes', '--reason', 'checkout fails'], {
      env: hook.env,
    })
    await poll(() => hook.proxy.requests.length === 1, 15_000)
    const other = await stage.cli.run(['run', '--target', GOOD, '--yes'], { env: hook.env })
    expectExit(other, 25)
    expect(oneLine(other.stderr)).toContain('("checkout fails"); last sign of life')
    const status = await stage.cli.run(['status', '--json'])
    const { run } = status.json()['locks'][0]
    expect(status.json()).toMatchObject({
      locks: [
        { holder: 'alive', reason: 'checkout fails', surfaces: [expect.any(String), expect.any(String)] },
      ],
      unfinished: [],
    })
    for (const command of ['resume', 'undo'])
      expectExit(await stage.cli.run([command, run, '--yes'], { env: hook.env }), 25)
    expectExit(await stage.cli.run(['abandon', run, '--yes', '--reason', 'no'], { env: hook.env }), 25)
    hook.proxy.clearFaults()
    running.kill('SIGINT')
    expectExit(await running.result, 130)
    expect((await stage.cli.run(['status', '--json'])).json()).toMatchObject({
      locks: [{ holder: 'none', run }],
    })
  })
})
