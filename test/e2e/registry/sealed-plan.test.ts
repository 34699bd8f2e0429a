import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { pushImage } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { BAD, GOOD, REPOSITORY, type Stage, startStage, TAG } from './stage.ts'

/** Deployed by somebody else in the meantime. */
const OTHER = 'cafe'.repeat(10)

describeWith(REGISTRY_PROGRAMS, 'what changes between a plan and its run, or after it', () => {
  test.concurrent('a sealed plan is carried out as it was agreed on, once', async () => {
    await using stage = await startStage()
    const { file, seal } = await planned(stage)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const run = await stage.cli.run(['run', '--plan', file, '--expect', seal, '--yes', '--json'])
    expectExit(run, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })

    await stage.moveTag(TAG, stage.bad)
    const again = await stage.cli.run(['run', '--plan', file, '--yes'])
    expectExit(again, 20)
    expect(await stage.digest()).toBe(stage.bad)
    expect(stage.service.hookCalls).toHaveLength(1)
  })

  test.concurrent('a tag that was moved since is refused as stale, and nothing is written', async () => {
    await using stage = await startStage()
    const { file } = await planned(stage)
    const other = await pushImage(stage.registry, REPOSITORY, OTHER, { commit: OTHER })
    await stage.moveTag(TAG, other)
    const run = await stage.cli.run(['run', '--plan', file, '--yes'])
    expectExit(run, 20)
    expect(oneLine(run.output)).toContain('is no longer as it was when the plan was made')
    expect(stage.registry.writes()).toEqual([])
    expect(await stage.backups()).toEqual([])
    expect(await stage.digest()).toBe(other)
    expect(stage.service.hookCalls).toEqual([])
  })

  test.concurrent('another seal than the one agreed on, and a plan that was edited, are refused', async () => {
    await using stage = await startStage()
    const { file } = await planned(stage)
    const wrong = await stage.cli.run([
      'run',
      '--plan',
      file,
      '--expect',
      `sha256:${'0'.repeat(64)}`,
      '--yes',
    ])
    expectExit(wrong, 20)
    expect(oneLine(wrong.stderr)).toContain('is not the plan that is expected')

    const edited = join(stage.cli.folder, 'edited.json')
    const text = await readFile(file, 'utf8')
    await writeFile(edited, text.replaceAll(stage.good, `sha256:${'e'.repeat(64)}`))
    const run = await stage.cli.run(['run', '--plan', edited, '--yes'])
    expectExit(run, 2)
    expect(stage.registry.writes()).toEqual([])
    expect(stage.service.hookCalls).toEqual([])
  })

  test.concurrent('an undo does not overwrite what somebody has deployed since, unless that is said', async () => {
    await using stage = await startStage()
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes']), 0)
    const other = await pushImage(stage.registry, REPOSITORY, OTHER, { commit: OTHER })
    await stage.moveTag(TAG, other)
    stage.registry.proxy.forgetRequests()

    const asked = await stage.cli.run(['undo', 'last', '--yes', '--answer', 'blocked=yes'])
    expectExit(asked, 26)
    expect(oneLine(asked.output)).toContain('somebody has changed it since')
    expect(oneLine(asked.output)).toContain('--answer overwrite-image=yes')
    const declined = await stage.cli.run([
      'undo',
      'last',
      '--yes',
      '--answer',
      'blocked=yes',
      '--answer',
      'overwrite-image=no',
    ])
    expectExit(declined, 26)
    expect(stage.registry.writes()).toEqual([])
    expect(await stage.digest()).toBe(other)
    expect(stage.service.hookCalls).toHaveLength(1)

    const undo = await stage.cli.run([
      'undo',
      'last',
      '--yes',
      '--answer',
      'blocked=yes',
      '--answer',
      'overwrite-image=yes',
      '--json',
    ])
    expectExit(undo, 0)
    expect(undo.json()['answers']).toMatchObject([
      { step: 'blocked' },
      { step: 'overwrite-image', value: 'yes', accepted: true },
    ])
    expect(await stage.digest()).toBe(stage.bad)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('a plan holds when the runbook is edited, and so does its undo', async () => {
    await using stage = await startStage()
    const { file } = await planned(stage)
    await stage.runbook({ image: { with: { repository: '127.0.0.1:9/else/where', tag: TAG } } })
    expectExit(await stage.cli.run(['run', '--plan', file, '--yes']), 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expectExit(await stage.cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })

  test.concurrent('the last run is the one that was begun last, not the one that was planned last', async () => {
    await using stage = await startStage()
    const { file } = await planned(stage)
    const other = await pushImage(stage.registry, REPOSITORY, OTHER, { commit: OTHER })
    expectExit(await stage.cli.run(['run', '--target', OTHER, '--yes']), 0)
    expectExit(await stage.cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    const run = await stage.cli.run(['run', '--plan', file, '--yes', '--json'])
    expectExit(run, 0)
    const undo = await stage.cli.run(['undo', 'last', '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(undo, 0)
    expect(undo.json()['undoOf']).toBe(run.json()['id'])
    expect(await stage.digest()).not.toBe(other)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
  })
})

async function planned({ cli, registry }: Stage): Promise<{ file: string; seal: string }> {
  const file = join(cli.folder, 'plan.json')
  const plan = await cli.run(['plan', '--target', GOOD, '--out', file, '--json'])
  expectExit(plan, 0)
  expect(registry.writes()).toEqual([])
  return { file, seal: plan.json()['plan'].seal }
}
