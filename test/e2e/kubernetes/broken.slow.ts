import { join } from 'node:path'

import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import { fateByName } from '../../helpers/kubelet.ts'
import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { describeWith } from '../../helpers/need.ts'
import { poll } from '../../helpers/process.ts'
import { BAD, expectExit, GOOD, kubeconfigVia, lineWith, openSpace, type Space } from './stage.ts'
import { oneLine } from '../helpers/cli.ts'

const GOOD_IMAGE = `acme/api:${GOOD}`
const BAD_IMAGE = `acme/api:${BAD}`
/** As controllers go: long enough to be seen as "in progress", short enough to wait for. */
const IMPATIENT = { progressDeadlineSeconds: 2 }

describeWith(KUBERNETES_PROGRAMS, 'a rollback of Deployments that does not go well', () => {
  let cluster: TestKubernetes
  let proxy: FaultProxy

  beforeAll(async () => {
    cluster = await startKubernetes()
    proxy = await startFaultProxy(cluster.server)
  })

  afterEach(() => {
    proxy.clearFaults()
    cluster.kubelet.decide(fateByName)
  })

  afterAll(async () => {
    await proxy.stop()
    await cluster.stop()
  })

  /** Reaches the API server by way of the proxy, so that a test can take it away. */
  async function openFragile(): Promise<Space> {
    const path = await kubeconfigVia(cluster, proxy.url, join(cluster.folder, 'kubeconfig-via-proxy'))
    return openSpace(cluster, { KUBECONFIG: path })
  }

  async function generation(space: Space): Promise<number> {
    return Number(await space.kubectl('get', 'deployment/api', '-o', 'jsonpath={.metadata.generation}'))
  }

  test('leaves the live version, whose own rollout is broken and would go on for ten minutes', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, 'acme/api:broken'], { replicas: 2 })
    const plan = await space.cli.run(['plan', '--target', GOOD])
    expect(oneLine(plan.stdout)).toMatch(/rollout in progress: .* → revision 1/)
    expectExit(await space.cli.run(['run', '--target', GOOD, '--yes']), 0)
    await space.runs(GOOD_IMAGE)
  })

  test('stops at a target that does not start, says what stands, and how it is taken back', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, 'acme/api:broken', BAD_IMAGE], { replicas: 2, ...IMPATIENT })
    const run = await space.cli.run(['run', '--target', 'broken', '--yes'])
    expectExit(run, 22)
    const text = oneLine(run.stdout)
    expect(text).toContain('Failed: changes stand, a person is needed')
    expect(text).toMatch(/ReplicaSet "api-\w+" has timed out progressing/)
    expect(text).toMatch(/What stands - \S+\/deployment\/api: revision 2, api:broken \(was revision 3/)
    expect(await space.image()).toBe('acme/api:broken')
    expect(await cluster.waitForRollout(space.namespace, 'api', 1)).toBe(false)

    // It is there, and yet nothing of it runs.
    const again = await space.cli.run(['run', '--target', 'broken', '--yes'])
    expectExit(again, 20)
    expect(oneLine(again.stdout)).toMatch(
      /already at broken, and yet: .* timed out progressing\. cure: look at why/,
    )

    const undo = await space.type(`${lineWith(run.stdout, 'rollback undo').split('  ')[0]} --yes`)
    expect(undo).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Proven: everything is as it was/),
    })
    await space.runs(BAD_IMAGE)
  })

  test('takes a failed rollback back by itself where the runbook asks for it', async () => {
    await using space = await openSpace(cluster)
    await space.runbook({ procedure: { on_failure: 'undo' } })
    await space.deploy([GOOD_IMAGE, 'acme/api:broken', BAD_IMAGE], { replicas: 2, ...IMPATIENT })
    const run = await space.cli.run(['run', '--target', 'broken', '--yes'])
    expectExit(run, 21)
    expect(run.stdout).toContain('Failed, and every change was taken back and proven')
    await space.runs(BAD_IMAGE)
  })

  test('gives up after the time of its step, and says what it saw last', async () => {
    await using space = await openSpace(cluster)
    await space.runbook({ step: { timeout: '2s' } })
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    cluster.kubelet.decide((image) => (image === GOOD_IMAGE ? 'pending' : 'ready'))
    const run = await space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 22)
    expect(oneLine(run.stdout)).toMatch(
      /not settled after 2 s; last seen: .*1 old replicas are pending termination/,
    )
    cluster.kubelet.decide(fateByName)
    await space.runs(GOOD_IMAGE)
    // By now it has come up, and there is nothing left to do.
    const again = await space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(again, 0)
    expect(again.stdout).toMatch(/^Already there/)
  })

  test('refuses a paused Deployment with the command that resumes it', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    await space.kubectl('rollout', 'pause', 'deployment/api')
    const run = await space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 20)
    const [, command] = /cure: resume it first: (kubectl .*)/.exec(oneLine(run.stdout)) ?? []
    expect(command).toMatch(/rollout resume deployment\/api -n shop-\d+$/)
    expect(await space.type(command ?? '')).toMatchObject({ exitCode: 0 })
    expectExit(await space.cli.run(['run', '--target', GOOD, '--yes']), 0)
    await space.runs(GOOD_IMAGE)
  })

  test('refuses a version that the cluster never had or does not keep any more', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, BAD_IMAGE], { revisionHistoryLimit: 0 })
    const history = (): Promise<string> => space.kubectl('rollout', 'history', 'deployment/api')
    expect(await poll(async () => !/^1 /m.test(await history()), 10_000)).toBe(true)
    for (const target of ['c0ffee1', GOOD, 'revision:1']) {
      const run = await space.cli.run(['run', '--target', target, '--yes'])
      expectExit(run, 20)
      const text = oneLine(run.stdout)
      expect(text).toMatch(/^Refused before any change: nothing was touched\. .* missing api: /)
      expect(text).toContain(
        `is in none of the revisions that Deployment "api" keeps: revision 2, api:${BAD} (revisionHistoryLimit 0)`,
      )
      // Without its only step nothing would be left.
      expect(text).not.toContain('--without')
    }
    await space.runs(BAD_IMAGE)
  })

  test('carries a sealed plan out only as long as it is true', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    expectExit(await space.cli.run(['plan', '--target', GOOD, '--out', 'plan.json']), 0)
    await space.deploy(['acme/api:hotfix'])
    const stale = await space.cli.run(['run', '--plan', 'plan.json', '--yes'])
    expectExit(stale, 20)
    expect(oneLine(stale.stderr)).toMatch(
      /rollback: nothing was changed: .*\/deployment\/api is revision 3, api:hotfix instead of revision 2, api:b0bacafe/,
    )
    await space.runs('acme/api:hotfix')

    expectExit(await space.cli.run(['plan', '--target', GOOD, '--out', 'plan.json']), 0)
    await space.kubectl('scale', 'deployment/api', '--replicas=3')
    await space.kubectl('annotate', 'deployment/api', 'team=shop')
    expectExit(await space.cli.run(['run', '--plan', 'plan.json', '--yes']), 0)
    await space.runs(GOOD_IMAGE)
    expect(await space.kubectl('get', 'deployment/api', '-o', 'jsonpath={.spec.replicas}')).toBe('3')
  })

  test('refuses what it may not do, and needs no more than it says', async () => {
    await using space = await openSpace(cluster, { KUBECONFIG: cluster.viewerKubeconfigPath })
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    const run = () => space.cli.run(['run', '--target', GOOD, '--yes'])
    const grant = async (name: string, verbs: string, resource: string): Promise<void> => {
      await space.kubectl('create', 'role', name, `--verb=${verbs}`, `--resource=${resource}`)
      await space.kubectl('create', 'rolebinding', name, `--role=${name}`, '--user=viewer')
    }
    const denied = await run()
    expectExit(denied, 20)
    expect(oneLine(denied.stdout)).toMatch(/denied api: .*User "viewer" cannot get resource "deployments"/)

    await grant('look', 'get', 'deployments.apps')
    await grant('list', 'list', 'replicasets.apps')
    const mayPatch =
      /we may not patch Deployment "api" in namespace "shop-\d+".*check it with: (kubectl auth can-i patch .*)/
    const looked = await poll(async () => mayPatch.test(oneLine((await run()).stdout)), 10_000)
    expect(looked).toBe(true)
    const [, question] = mayPatch.exec(oneLine((await run()).stdout)) ?? []
    expect(await space.type(question ?? '')).toMatchObject({ exitCode: 1, stdout: 'no\n' })

    // Without `watch` it looks again and again.
    await grant('change', 'patch', 'deployments.apps')
    const allowed = await poll(async () => (await run()).exitCode === 0, 15_000)
    expect(allowed).toBe(true)
    await space.runs(GOOD_IMAGE)
  })

  test('does not take an API server that cannot be reached for a version that is not there', async () => {
    await using space = await openFragile()
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    const before = await generation(space)
    await proxy.goDown()
    try {
      for (const command of [['plan', '--target', GOOD], ['run', '--target', GOOD, '--yes'], ['plan']]) {
        const refused = await space.cli.run(command)
        expectExit(refused, 20)
        expect(oneLine(refused.stdout)).toMatch(/unknown api: .*(refused|reach)/i)
      }
    } finally {
      await proxy.comeBack()
    }
    expect(await generation(space)).toBe(before)
    expectExit(await space.cli.run(['run', '--target', GOOD, '--yes']), 0)
  })

  test('makes the change once although the answer to it was lost', async () => {
    await using space = await openFragile()
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    const before = await generation(space)
    const when = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PATCH' && !path.includes('dryRun')
    proxy.fail({ when, how: 'drop-after-request', times: 1 })
    const run = await space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 0)
    expect(run.stderr).toContain('it may have been taken')
    expect(await generation(space)).toBe(before + 1)
    await space.runs(GOOD_IMAGE)
  })

  test('goes on looking when the API server is away for a while', async () => {
    await using space = await openFragile()
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    cluster.kubelet.decide((image) => (image === GOOD_IMAGE ? 'pending' : 'ready'))
    const running = space.cli.start(['run', '--target', GOOD, '--yes'])
    expect(await poll(() => running.output().includes('pending termination'), 15_000)).toBe(true)
    await proxy.goDown()
    expect(await poll(() => /api: .*(ECONNREFUSED|refused)/.test(running.output()), 15_000)).toBe(true)
    cluster.kubelet.decide(fateByName)
    await proxy.comeBack()
    expectExit(await running.result, 0)
    await space.runs(GOOD_IMAGE)
  })

  test('is gone at once when it is terminated, and knows afterwards what it did', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([GOOD_IMAGE, BAD_IMAGE])
    cluster.kubelet.decide((image) => (image === GOOD_IMAGE ? 'pending' : 'ready'))
    const running = space.cli.start(['run', '--target', GOOD, '--yes'])
    expect(await poll(() => running.output().includes('pending termination'), 15_000)).toBe(true)
    running.kill('SIGTERM')
    const gone = running.result.then(() => true)
    expect(await Promise.race([gone, sleep(5000, false)])).toBe(true)
    const run = await running.result
    expectExit(run, 143)
    expect(run.stdout).toContain('Interrupted: nothing new was started, the journal is intact')
    expect(oneLine(run.stdout)).toMatch(/What stands - \S+: revision 1, api:1a2b3c4\w+ \(was revision 2/)
    expect(run.stdout.trimEnd().split('\n').at(-1)).toContain('rollback resume')

    const status = await space.cli.run(['status'])
    expectExit(status, 0)
    expect(status.stdout).toContain('Unfinished run')
    const show = await space.cli.run(['show'])
    expect(show.stdout).toContain('Unfinished: it has no end yet')
    expect(show.stdout).toContain('interrupted by SIGTERM')

    // Given up, it owns nothing any more. As long as its pods do not run, nobody is told that it is there.
    expectExit(await space.cli.run(['abandon', '--reason', 'to try again', '--yes']), 0)
    const early = await space.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(early, 20)
    expect(oneLine(early.stdout)).toMatch(
      /already at 1a2b3c4, and yet: .* pending termination cure: wait until/,
    )
    cluster.kubelet.decide(fateByName)
    await space.runs(GOOD_IMAGE)
    expectExit(await space.cli.run(['run', '--target', GOOD, '--yes']), 0)
    expectExit(await space.cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    await space.runs(BAD_IMAGE)
    expect((await space.cli.run(['status'])).stdout).not.toMatch(/^Unfinished run/)
  })
})
