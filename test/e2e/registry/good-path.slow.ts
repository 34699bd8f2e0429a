import { expect, test } from 'vitest'

import { skopeoRaw } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit } from '../helpers/cli.ts'
import { BAD, GOOD, REPOSITORY, type Stage, startStage, TAG } from './stage.ts'

const REGISTRIES = [
  { auth: 'open', kind: 'image' },
  { auth: 'open', kind: 'docker-list' },
  { auth: 'htpasswd', kind: 'index' },
  { auth: 'htpasswd', kind: 'docker' },
  { auth: 'token', kind: 'image' },
  { auth: 'token', kind: 'index' },
] as const

describeWith(REGISTRY_PROGRAMS, 'from the incident to the proof, and back', () => {
  test.concurrent.each(REGISTRIES)('registry: $auth, image: $kind', async (options) => {
    await using stage = await startStage(options)
    const { cli, good, bad, service } = stage
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })

    const run = await cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(run, 0)
    expect(run.json()).toMatchObject({ type: 'result', kind: 'run', result: 'proven', exit: 0 })
    expect(run.stderr).toBe('')
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expect(await stage.digest()).toBe(good)
    expect(await rawOf(stage, TAG)).toBe(await rawOf(stage, GOOD))
    const [backup = '', ...others] = await stage.backups()
    expect(others).toEqual([])
    expect(await stage.digest(backup)).toBe(bad)
    expect(await rawOf(stage, backup)).toBe(await rawOf(stage, BAD))

    // Digests and bytes come from nowhere but manifests: no layer was pulled or pushed.
    expect(stage.registry.requests().filter(({ path }) => path.includes('/blobs/'))).toEqual([])

    const undo = await cli.run(['undo', 'last', '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(undo, 0)
    expect(undo.json()).toMatchObject({ kind: 'undo', result: 'proven', undoOf: run.json()['id'] })
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
    expect(await stage.digest()).toBe(bad)
    expect(await stage.backups()).toEqual([backup])

    const again = await cli.run(['undo', undo.json()['id'], '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(again, 0)
    expect(again.json()).toMatchObject({ kind: 'undo', result: 'proven', undoOf: undo.json()['id'] })
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expect(await stage.digest()).toBe(good)
    expect(service.hookCalls).toHaveLength(3)
  })

  test.concurrent('an undo that brings back an unhealthy version says so', async () => {
    // The version must be the one of before; health is only a `should` of an undo, and gets its time.
    await using stage = await startStage({
      runbook: { procedure: { undo: undefined }, verify: { within: '3s' } },
    })
    await stage.cli.run(['run', '--target', GOOD, '--yes'])
    const undo = await stage.cli.run(['undo', '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(undo, 24)
    expect(undo.json()).toMatchObject({ result: 'degraded' })
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('typing undo twice does not bring the first run back', async () => {
    await using stage = await startStage()
    await stage.cli.run(['run', '--target', GOOD, '--yes'])
    const undo = await stage.cli.run(['undo', '--yes', '--answer', 'blocked=yes', '--json'])
    stage.registry.proxy.forgetRequests()
    const twice = await stage.cli.run(['undo', 'last', '--yes', '--answer', 'blocked=yes'])
    expectExit(twice, 2)
    expect(twice.stderr).toContain(`rollback undo ${undo.json()['id']}`)
    expect(stage.registry.writes()).toEqual([])
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('a second run says that everything is already there, and does nothing', async () => {
    await using stage = await startStage()
    await stage.cli.run(['run', '--target', GOOD, '--yes'])
    stage.registry.proxy.forgetRequests()
    const second = await stage.cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(second, 0)
    expect(second.json()).toMatchObject({ result: 'already', exit: 0 })
    expect(stage.registry.writes()).toEqual([])
    expect(stage.service.hookCalls).toHaveLength(1)
  })
})

function rawOf({ registry }: Stage, reference: string): Promise<string> {
  return skopeoRaw(registry, REPOSITORY, reference)
}
