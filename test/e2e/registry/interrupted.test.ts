import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { hangingHook } from './hanging-hook.ts'
import { BAD, GOOD, type Stage, startStage } from './stage.ts'

const SIGNALS = [
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
] as const

/** Promised: gone within this many milliseconds. */
const GONE_WITHIN = 5000

describeWith(REGISTRY_PROGRAMS, 'a run that is interrupted', () => {
  test.concurrent.each(SIGNALS)('$signal while the hook hangs', async ({ signal, exitCode }) => {
    await using stage = await startStage()
    await using hook = await hangingHook(stage)
    const running = stage.cli.start(['run', '--target', GOOD, '--yes'], { env: hook.env })
    await expect.poll(() => hook.proxy.requests.length, { timeout: 15_000 }).toBe(1)
    const end = await endedBy(running, signal)
    expectExit(end.result, exitCode)
    expect(end.took).toBeLessThan(GONE_WITHIN)

    // Nothing new was started, and what stands is said.
    expect(hook.proxy.requests).toHaveLength(1)
    expect(end.result.stdout).toMatch(/^Interrupted/)
    expect(end.result.stdout).toContain('What stands')
    expect(end.result.stdout).toContain(`${stage.repository}:prod-latest`)
    const id = /\d{8}-\d{6}-\w+/.exec(end.result.stdout)?.[0] ?? ''

    // The journal is intact, and every command that looks at it tells the same.
    const shown = await stage.cli.run(['show', 'last', '--json'])
    expectExit(shown, 0)
    expect(shown.json()['run']).toMatchObject({ id, result: 'unfinished' })
    expect(shown.json()['lines'].at(-1).event).toEqual({ type: 'interrupted', signal })
    const status = await stage.cli.run(['status', '--json'])
    expect(status.json()).toMatchObject({ unfinished: [{ id }], damaged: [] })
    for (const args of [['show'], ['status']]) {
      const { stdout } = await stage.cli.run(args)
      expect(oneLine(stdout)).toContain(`interrupted by ${signal}`)
      expect(oneLine(stdout)).toMatch(
        /redeploy: (called once, its answer was lost|render.deploy-hook may have been called)/,
      )
      expect(stdout).toContain(`rollback undo ${id}`)
    }

    // Whether the hook was taken is not known: with one that answers, undo brings the service back for certain.
    hook.proxy.clearFaults()
    const undo = await stage.cli.run(['undo', id, '--yes', '--json'], { env: hook.env })
    expectExit(undo, 0)
    expect(await stage.digest()).toBe(stage.bad)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('while planning nothing is touched or recorded', async () => {
    await using stage = await startStage()
    stage.registry.proxy.fail({ when: () => true, how: 'hang' })
    const running = stage.cli.start(['run', '--target', GOOD, '--yes'])
    await expect.poll(() => stage.registry.requests().length, { timeout: 15_000 }).toBeGreaterThan(0)
    const end = await endedBy(running, 'SIGINT')
    expectExit(end.result, 130)
    expect(end.took).toBeLessThan(GONE_WITHIN)
    expect(end.result.stderr).toContain('nothing was touched')
    expect(stage.registry.writes()).toEqual([])
    expect((await stage.cli.run(['status'])).stdout).toContain('No runs are recorded')
  })

  test.concurrent('while proving, the changes stand and are told of', async () => {
    await using stage = await startStage()
    stage.service.behave(GOOD, 'unhealthy')
    const running = stage.cli.start(['run', '--target', GOOD, '--yes'])
    await expect.poll(() => running.output(), { timeout: 15_000 }).toContain('phase: prove')
    const end = await endedBy(running, 'SIGTERM')
    expectExit(end.result, 143)
    expect(end.took).toBeLessThan(GONE_WITHIN)
    expect(end.result.stdout).toContain('What stands')
    expect(await stage.digest()).toBe(stage.good)
    const again = await stage.cli.run(['status'])
    expect(again.stdout).toContain('Unfinished run')
  })
})

async function endedBy(running: ReturnType<Stage['cli']['start']>, signal: NodeJS.Signals) {
  const start = performance.now()
  running.kill(signal)
  const result = await running.result
  return { result, took: performance.now() - start }
}
