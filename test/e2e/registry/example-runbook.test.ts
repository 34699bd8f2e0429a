import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import { makeRepository } from '../../helpers/git.ts'
import { pushImage } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { type CliResult, expectExit, oneLine } from '../helpers/cli.ts'
import { BAD, REPOSITORY, type Stage, startStage } from './stage.ts'

const EXAMPLE = fileURLToPath(new URL('../../../runbooks/registry-render.yaml', import.meta.url))

/** What the team's own scripts do: ask the service, and end with 0 when it answers as it should. */
const SCRIPT = '#!/bin/sh\nset -eu\ncurl -fsS "$1/api/health" >/dev/null\n'

describeWith([...REGISTRY_PROGRAMS, 'curl', 'git'], 'runbooks/registry-render.yaml', () => {
  test.concurrent('is ready, planned, run and undone with nothing but its addresses replaced, and half an hour not waited for', async () => {
    await using place = await makePlace()
    const { stage, commit, run } = place

    const ready = await run(['plan'])
    expectExit(ready, 0)
    expect(oneLine(ready.stdout)).toContain('ready redeploy: render.deploy-hook')
    const plan = await run(['plan', '--target', commit.slice(0, 7)])
    expectExit(plan, 0)
    expect(stage.registry.writes()).toEqual([])

    const done = await run(['run', '--target', commit.slice(0, 7), '--yes', '--no-bake', '--json'])
    expectExit(done, 0)
    expect(done.json()).toMatchObject({
      result: 'proven',
      target: { sha: commit },
      environment: 'production',
    })
    expect(await stage.serves()).toEqual({ commit, ok: true })
    const [backup = ''] = await place.backups()
    expect(await stage.digest(backup)).toBe(stage.bad)

    const undo = await run(['undo', '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(undo, 0)
    expect(await stage.serves()).toEqual({ commit: BAD, ok: true })
    expect(await stage.digest()).toBe(stage.bad)
  })

  test.concurrent('is degraded where nothing but the latency is not as it should be', async () => {
    await using place = await makePlace()
    const { stage, commit, run } = place
    place.preview(500)
    const slow = await run(['run', '--target', commit, '--yes', '--no-bake', '--json'])
    expectExit(slow, 24)
    expect(slow.json()['proof'].degraded.join()).toContain('preview_latency')
    expect(await stage.serves()).toEqual({ commit, ok: true })
  })
})

interface Place extends AsyncDisposable {
  readonly stage: Stage
  /** In the history, with an image, and good. */
  readonly commit: string
  run(args: readonly string[]): Promise<CliResult>
  backups(): Promise<string[]>
  /** What the endpoint whose latency is measured answers from now on. */
  preview(status: number): void
}

/** A clone of the team's repository with its scripts, and the example in it. */
async function makePlace(): Promise<Place> {
  const parts = new AsyncDisposableStack()
  const repository = parts.use(await makeRepository({ commits: 3 }))
  const stage = parts.use(await startStage())
  const proxy = parts.use(await startFaultProxy(stage.service.url))
  const commit = repository.commits[1] ?? ''
  await pushImage(stage.registry, REPOSITORY, commit, { commit })
  // An incident that no probe sees: what is brought back by the undo is as healthy as before.
  stage.service.behave(BAD, 'healthy')
  preview(proxy, 200)

  await mkdir(join(repository.path, 'api/scripts'), { recursive: true })
  for (const name of ['smoke-m3.sh', 'post-deploy-verify.sh'])
    await writeFile(join(repository.path, 'api/scripts', name), SCRIPT, { mode: 0o755 })
  await writeFile(join(repository.path, 'rollback.yaml'), await exampleFor(stage, proxy))
  const env = { RENDER_PROD_DEPLOY_HOOK: stage.service.hookUrl }
  return {
    stage,
    commit,
    run: (args) => stage.cli.run(args, { cwd: repository.path, env }),
    backups: () => stage.backups('prod-rollback-'),
    preview: (status) => {
      proxy.clearFaults()
      preview(proxy, status)
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

function preview(proxy: FaultProxy, status: number): void {
  proxy.fail({ when: ({ path }) => path === '/api/preview', how: { status, body: '{}' } })
}

/** The example as it is, but for its addresses, and with the pace of a test. */
async function exampleFor(stage: Stage, proxy: FaultProxy): Promise<string> {
  const text = await readFile(EXAMPLE, 'utf8')
  return text
    .replaceAll('https://api.cerply.com', proxy.url)
    .replaceAll('ghcr.io/robnreb1/cerply-api', stage.repository)
    .replaceAll(/every: \d+s/g, 'every: 50ms')
}
