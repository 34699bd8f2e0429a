import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { BAD, GOOD, type Stage, startStage } from './stage.ts'

describeWith(REGISTRY_PROGRAMS, 'what only looks, and what it must not show', () => {
  test.concurrent('plan, validate, status and dry runs write nothing of any kind', async () => {
    await using stage = await startStage()
    for (const args of [
      ['validate'],
      ['plan'],
      ['plan', '--target', GOOD],
      ['plan', '--target', GOOD, '--manual'],
      ['run', '--target', GOOD, '--dry-run'],
      ['run', '--target', GOOD, '--dry-run', '--yes', '--json'],
      ['status'],
    ])
      expectExit(await stage.cli.run(args), 0)
    await expectUntouched(stage)
    await expect(readdir(stage.cli.store)).rejects.toThrow('ENOENT')
    expect(await readdir(stage.cli.folder)).toEqual(['rollback.yaml'])
  })

  test.concurrent('a dry run says how each line is known', async () => {
    await using stage = await startStage()
    const dry = await stage.cli.run(['run', '--target', GOOD, '--dry-run'])
    expect(oneLine(dry.stdout)).toContain('[server] target image exists')
    expect(oneLine(dry.stdout)).toContain('[cannot be known before] write permission')
    expect(dry.stdout).toContain('Dry run: nothing was changed, and nothing was written.')
  })

  test.concurrent('a dry run of an undo changes nothing', async () => {
    await using stage = await startStage()
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes']), 0)
    stage.registry.proxy.forgetRequests()
    expectExit(await stage.cli.run(['undo', '--dry-run', '--yes', '--answer', 'blocked=yes']), 0)
    expect(stage.registry.writes()).toEqual([])
    expect(stage.service.hookCalls).toHaveLength(1)
    expect(await readdir(join(stage.cli.store, 'runs'))).toHaveLength(1)
  })

  test.concurrent('without a terminal and without --yes nothing is asked, and nothing changed', async () => {
    await using stage = await startStage()
    const run = await stage.cli.run(['run', '--target', GOOD], { stdin: 'yes\n' })
    expectExit(run, 26)
    expect(oneLine(run.stderr)).toContain(`rollback run --target ${GOOD} --yes`)
    await expectUntouched(stage)
  })

  test.concurrent('--without leaves out the step and what only served it', async () => {
    await using stage = await startStage()
    const hookless = await stage.cli.run(['run', '--target', GOOD, '--without', 'redeploy', '--dry-run'])
    expectExit(hookless, 0)
    expect(hookless.stdout).toContain('left out by --without')
    // Without the image there is nothing to redeploy, and so nothing to do at all.
    const nothing = await stage.cli.run(['run', '--target', GOOD, '--without', 'image', '--yes'])
    expectExit(nothing, 20)
    const typo = await stage.cli.run(['run', '--target', GOOD, '--without', 'imgae', '--yes'])
    expectExit(typo, 2)
    await expectUntouched(stage)
  })

  test.concurrent('a missing secret refuses before anything is changed, and names its variable', async () => {
    await using stage = await startStage()
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'], { env: { PROD_DEPLOY_HOOK: '' } })
    expectExit(run, 20)
    expect(run.stdout).toContain('PROD_DEPLOY_HOOK')
    await expectUntouched(stage)
  })

  test.concurrent('secrets are nowhere: not printed, not in plans, not in journals, in no encoding', async () => {
    await using stage = await startStage({ auth: 'htpasswd', runbook: { verify: { within: '2s' } } })
    const file = join(stage.cli.folder, 'plan.json')
    const results = [
      await stage.cli.run(['plan', '--target', GOOD, '--out', file]),
      await stage.cli.run(['plan', '--target', GOOD, '--manual']),
    ]
    stage.service.hook('answers-500')
    const failed = await stage.cli.run(['run', '--plan', file, '--yes'])
    results.push(failed)
    const [id = ''] = /\d{8}-\d{6}-\w+/.exec(failed.stdout.slice(failed.stdout.indexOf('Ways on'))) ?? []
    stage.service.hook('deploys')
    results.push(await stage.cli.run(['run', '--target', GOOD, '--yes', '--json']))
    for (const format of ['text', 'json', 'markdown'])
      results.push(await stage.cli.run(['show', '--format', format]))
    results.push(
      await stage.cli.run(['status']),
      await stage.cli.run(['undo', id, '--yes', '--answer', 'blocked=yes', '--debug']),
    )
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 22, 0, 0, 0, 0, 0, 0])

    const texts = [
      ...results.map(({ output }) => output),
      await readFile(file, 'utf8'),
      ...(await written(stage)),
    ]
    expect(texts.length).toBeGreaterThan(results.length + 6)
    const { hookKey, hookUrl } = stage.service
    const secrets = [hookKey, hookUrl, new URL(hookUrl).pathname, stage.registry.credentials?.password ?? '']
    for (const form of secrets.flatMap(formsOf))
      expect(texts.filter((text) => text.includes(form))).toEqual([])
  })
})

/** As it is, as a URL has it, as JSON has it, and within base64 at any of the three offsets. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    // The digits at both ends depend on the neighbours.
    Buffer.from(`${' '.repeat(offset)}${secret}`)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  )
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...base64,
    ...url,
  ]
}

/** Every file in the store. */
async function written({ cli }: Stage): Promise<string[]> {
  const entries = await readdir(cli.store, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
}

async function expectUntouched(stage: Stage): Promise<void> {
  expect(stage.registry.writes()).toEqual([])
  expect(stage.service.hookCalls).toEqual([])
  expect(await stage.digest()).toBe(stage.bad)
  expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
}
