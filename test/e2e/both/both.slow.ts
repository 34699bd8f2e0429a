import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import { pushImage, skopeoDigest } from '../../helpers/images.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from '../../helpers/registry.ts'
import { startService, type TestService } from '../../helpers/service.ts'
import { type Stoppable, stopAll } from '../../helpers/stoppable.ts'
import { BAD, expectExit, GOOD, kubeconfigVia, lineWith, openSpace, type Space } from '../kubernetes/stage.ts'
import { oneLine } from '../helpers/cli.ts'

const REPOSITORY = 'acme/web'
const TAG = 'prod-latest'

describeWith([...KUBERNETES_PROGRAMS, ...REGISTRY_PROGRAMS], 'one rollback on two platforms', () => {
  const started: Stoppable[] = []
  let cluster: TestKubernetes
  let way: FaultProxy
  let registry: TestRegistry

  beforeAll(async () => {
    const keep = <T extends Stoppable>(part: T): T => {
      started.push(part)
      return part
    }
    cluster = keep(await startKubernetes())
    way = keep(await startFaultProxy(cluster.server))
    registry = keep(await startRegistry())
  })

  afterAll(() => stopAll(started))

  interface Stage extends AsyncDisposable {
    readonly space: Space
    readonly service: TestService
    /** In the words of the judges: which version the tag, the live service and the Deployment have. */
    versions(): Promise<{ tag: string; live: string; worker: string }>
  }

  let stages = 0

  /** A web service at Render and a worker in the cluster, both at the bad version. */
  async function openStage(): Promise<Stage> {
    const repository = `${REPOSITORY}-${++stages}`
    const digests = new Map<string, string>()
    for (const commit of [GOOD, BAD])
      digests.set(await pushImage(registry, repository, commit, { commit }), commit)
    await pushImage(registry, repository, TAG, { commit: BAD })
    const service = await startService({ registry, repository, tag: TAG })
    const kubeconfig = await kubeconfigVia(cluster, way.url, join(cluster.folder, 'kubeconfig-by-way'))
    const space = await openSpace(cluster, { KUBECONFIG: kubeconfig, HOOK: service.hookUrl })
    await space.deploy([`acme/worker:${GOOD}`, `acme/worker:${BAD}`], { name: 'worker' })
    await writeFile(
      join(space.cli.folder, 'rollback.yaml'),
      runbook(space.namespace, `${registry.host}/${repository}`, service.url),
    )
    return {
      space,
      service,
      versions: async () => ({
        tag: digests.get(await skopeoDigest(registry, repository, TAG)) ?? 'another',
        live: service.running().commit,
        worker: (await space.image('worker')).replace('acme/worker:', ''),
      }),
      async [Symbol.asyncDispose]() {
        await service.stop()
        await space.stop()
      },
    }
  }

  test('returns both, and takes both back', async () => {
    await using stage = await openStage()
    const { cli } = stage.space
    const plan = await cli.run(['plan', '--target', GOOD.slice(0, 7)])
    expectExit(plan, 0)
    expect(oneLine(plan.stdout)).toContain('Changes 3 surfaces')
    expectExit(await cli.run(['run', '--target', GOOD.slice(0, 7), '--yes']), 0)
    expect(await stage.versions()).toEqual({ tag: GOOD, live: GOOD, worker: GOOD })
    await stage.space.runs(`acme/worker:${GOOD}`, 'worker')
    expectExit(await cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    expect(await stage.versions()).toEqual({ tag: BAD, live: BAD, worker: BAD })
    await stage.space.runs(`acme/worker:${BAD}`, 'worker')
  })

  test('goes on without the cluster when that cannot be reached, by the line that it prints', async () => {
    await using stage = await openStage()
    await way.goDown()
    try {
      const refused = await stage.space.cli.run(['run', '--target', GOOD, '--yes'])
      expectExit(refused, 20)
      expect(oneLine(refused.stdout)).toMatch(/unknown worker: /)
      const line = lineWith(refused.stdout, 'rollback run')
      expect(line).toBe(`rollback run --target ${GOOD} --yes --without worker`)
      expect(await stage.versions()).toEqual({ tag: BAD, live: BAD, worker: BAD })

      const partial = await stage.space.type(line)
      expect({ exit: partial.exitCode, stderr: partial.exitCode === 24 ? '' : partial.stderr }).toEqual({
        exit: 24,
        stderr: '',
      })
      expect(oneLine(partial.stdout)).toContain('worker was left out: left out by --without')
      expect(await stage.versions()).toEqual({ tag: GOOD, live: GOOD, worker: BAD })
      // Its undo does not need the cluster either.
      expectExit(await stage.space.cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
      expect(await stage.versions()).toEqual({ tag: BAD, live: BAD, worker: BAD })
    } finally {
      await way.comeBack()
    }
  })

  test('goes on without the registry, and without the deployment that only served it', async () => {
    await using stage = await openStage()
    await registry.proxy.goDown()
    try {
      const refused = await stage.space.cli.run(['run', '--target', GOOD, '--yes'])
      expectExit(refused, 20)
      expect(oneLine(refused.stdout)).toMatch(/unknown image: /)
      expect(oneLine(refused.stdout)).toContain('This also leaves out redeploy, which only served it.')
      const line = lineWith(refused.stdout, 'rollback run')
      expect(line).toBe(`rollback run --target ${GOOD} --yes --without image`)

      const partial = await stage.space.type(line)
      expect(partial.stdout + partial.stderr).toMatch(/worker/)
      expect(await stage.versions()).toEqual({ tag: BAD, live: BAD, worker: GOOD })
      expect(stage.service.hookCalls).toEqual([])
      // What is live was left out by choice: that it is not the target is no failure of what was done.
      expect(partial.exitCode).toBe(24)
      expectExit(await stage.space.cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
      expect(await stage.versions()).toEqual({ tag: BAD, live: BAD, worker: BAD })
    } finally {
      await registry.proxy.comeBack()
    }
  })

  test('stops before the worker when the web service does not come back, and says what stands', async () => {
    await using stage = await openStage()
    stage.service.hook('lost')
    const failed = await stage.space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(failed, 22)
    const text = oneLine(failed.stdout)
    expect(text).toMatch(/step "redeploy": its verification fails/)
    expect(text).toMatch(/What failed or did not happen .*worker: .*not started/)
    expect(await stage.versions()).toEqual({ tag: GOOD, live: BAD, worker: BAD })
    stage.service.hook('deploys')
    expectExit(await stage.space.cli.run(['run', '--target', GOOD, '--yes']), 0)
    expect(await stage.versions()).toEqual({ tag: GOOD, live: GOOD, worker: GOOD })
  })
})

function runbook(namespace: string, repository: string, url: string): string {
  const isLive = { signal: 'live_version', same_commit: '${target.sha}', in_a_row: 3 }
  return stringify({
    version: 1,
    service: 'acme',
    secrets: { hook: { env: 'HOOK' } },
    release: { live: { signal: 'live_version' } },
    signals: {
      live_version: { http: { url: `${url}/api/version`, json: '$.commit' }, every: '40ms' },
    },
    procedures: {
      everything: {
        steps: [
          {
            id: 'image',
            uses: 'registry.retag',
            with: { repository, tag: TAG, to: '${target.sha}', backup: 'rollback-${run.stamp}' },
          },
          {
            id: 'redeploy',
            uses: 'render.deploy-hook',
            with: { url: '${secrets.hook}' },
            verify: { within: '3s', must: [isLive] },
          },
          { id: 'worker', uses: 'kubernetes.deployment', with: { namespace, name: 'worker' } },
        ],
      },
    },
  })
}
