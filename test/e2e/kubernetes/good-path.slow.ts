import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { mustRun, poll } from '../../helpers/process.ts'
import { describeWith } from '../../helpers/need.ts'
import { BAD, expectExit, GOOD, openSpace, type Space } from './stage.ts'
import { oneLine } from '../helpers/cli.ts'

describeWith(KUBERNETES_PROGRAMS, 'a rollback of Deployments that goes well', () => {
  let cluster: TestKubernetes

  beforeAll(async () => {
    cluster = await startKubernetes({ audit: true })
  })

  afterAll(() => cluster.stop())

  test.each([
    ['a commit', GOOD],
    ['the beginning of a commit', GOOD.slice(0, 7)],
    ['a revision', 'revision:1'],
    ['an image tag', `main-${GOOD.slice(0, 12)}`],
  ])('returns to %s', async (_, target) => {
    await using space = await openSpace(cluster)
    const good = `acme/api:main-${GOOD.slice(0, 12)}`
    await space.deploy([good, 'acme/api:v2', `acme/api:${BAD}`])
    const run = await space.cli.run(['run', '--target', target, '--yes'])
    expectExit(run, 0)
    expect(run.stdout).toContain('Proven: ')
    await space.runs(good)
    // Revisions get a new number when they are returned to; all other names stay.
    const again = await space.cli.run(['run', '--target', target.replace(':1', ':4'), '--yes'])
    expectExit(again, 0)
    expect(again.stdout).toMatch(/^Already there/)
  })

  test('shows what it would change, changes it, takes it back, and takes that back', async () => {
    await using space = await openSpace(cluster)
    const [good, bad] = [`acme/api:${GOOD}`, `acme/api:${BAD}`]
    await Promise.all(['api', 'worker'].map((name) => space.deploy([good, bad], { name, replicas: 2 })))
    await space.runbook({ with: { name: ['api', 'worker'] } })

    const plan = await space.cli.run(['plan', '--target', GOOD.slice(0, 7)])
    expectExit(plan, 0)
    const text = oneLine(plan.stdout)
    expect(text).toContain('Changes 2 surfaces')
    expect(text).toContain(`/${space.namespace}/deployment/worker`)
    expect(text).toContain(`- containers[app].image: ${bad}`)
    expect(text).toContain(`+ containers[app].image: ${good}`)
    expect(text).toMatch(/\[server\] \S+\/deployment\/api: write permission/)
    expect(text).toMatch(
      /\[server\] \S+\/deployment\/worker: dry run: the API server would accept this change/,
    )

    const run = await space.cli.run(['run', '--target', GOOD.slice(0, 7), '--yes'])
    expectExit(run, 0)
    for (const name of ['api', 'worker']) await space.runs(good, name)
    // Which of the two it is speaking of stands in every line.
    expect(run.stderr).toMatch(/deployment\/api: accepted$/m)
    expect(run.stderr).toMatch(/deployment\/worker: successfully rolled out/)

    const dry = await space.cli.run(['undo', '--dry-run'])
    expectExit(dry, 0)
    expect(oneLine(dry.stdout)).toMatch(
      /\[server\] \S+\/deployment\/worker: dry run: the API server would accept this change/,
    )
    const undo = await space.cli.run(['undo', '--yes', '--answer', 'blocked=yes', '--json'])
    expectExit(undo, 0)
    for (const name of ['api', 'worker']) await space.runs(bad, name)

    const blind = await space.cli.run(['undo', '--yes', '--answer', 'blocked=yes'])
    expectExit(blind, 2)
    expect(blind.stderr).toContain(`rollback undo ${undo.json()['id']}`)
    expectExit(
      await space.cli.run(['undo', String(undo.json()['id']), '--yes', '--answer', 'blocked=yes']),
      0,
    )
    for (const name of ['api', 'worker']) await space.runs(good, name)
  })

  test('asks for each Deployment whether an undo may overwrite what somebody has changed since', async () => {
    await using space = await openSpace(cluster)
    const names = ['api', 'worker']
    await Promise.all(names.map((name) => space.deploy([`acme/api:${GOOD}`, `acme/api:${BAD}`], { name })))
    await space.runbook({ with: { name: names } })
    expectExit(await space.cli.run(['run', '--target', GOOD, '--yes']), 0)
    await Promise.all(names.map((name) => space.deploy(['acme/api:hotfix'], { name })))

    const asked = await space.cli.run(['undo', '--yes', '--answer', 'blocked=yes'])
    expectExit(asked, 26)
    const answers = [...asked.output.matchAll(/overwrite-\S+\/deployment\/(?:api|worker)=yes/g)].map(
      ([one]) => one,
    )
    expect(new Set(answers).size).toBe(2)
    const half = await space.cli.run([
      'undo',
      '--yes',
      '--answer',
      'blocked=yes',
      '--answer',
      answers[0] ?? '',
    ])
    expectExit(half, 26)
    for (const name of names) await space.runs('acme/api:hotfix', name)
    const both = [...new Set(answers)].flatMap((answer) => ['--answer', answer])
    expectExit(await space.cli.run(['undo', '--yes', '--answer', 'blocked=yes', ...both]), 0)
    for (const name of names) await space.runs(`acme/api:${BAD}`, name)
  })

  test('returns to what a run has proven before', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([`acme/api:${GOOD}`, `acme/api:${BAD}`])
    const early = await space.cli.run(['run', '--target', 'last-proven', '--yes'])
    expectExit(early, 20)
    expect(oneLine(early.stderr)).toContain('is on record that was proven')
    expectExit(await space.cli.run(['run', '--target', 'revision:1', '--yes']), 0)
    await space.deploy(['acme/api:hotfix'])

    const readiness = await space.cli.run(['plan'])
    expectExit(readiness, 0)
    expect(oneLine(readiness.stdout)).toMatch(
      / 1 1a2b3c4 .*proven \d{4}-\d\d-\d\d.* live hotfix .* 2 b0bacaf/,
    )
    expectExit(await space.cli.run(['run', '--target', 'last-proven', '--yes']), 0)
    await space.runs(`acme/api:${GOOD}`)
  })

  test('changes nothing by planning and by dry runs', async () => {
    await using space = await openSpace(cluster)
    await space.deploy([`acme/api:${GOOD}`, `acme/api:${BAD}`])
    const before = await settledObject(space)
    const commands = [
      ['plan'],
      ['plan', '--target', GOOD],
      ['plan', '--target', 'revision:1', '--manual'],
      ['run', '--target', GOOD, '--dry-run'],
      ['run', '--target', GOOD], // Nobody can be asked.
    ]
    const exits = await Promise.all(commands.map(async (command) => (await space.cli.run(command)).exitCode))
    expect(exits).toEqual([0, 0, 0, 0, 26])
    expect(await object(space)).toEqual(before)

    // All that is no look is a dry run; what we may do is asked outside of the namespace.
    const changing = (await cluster.auditEvents()).filter(
      ({ userAgent = '', verb, requestURI }) =>
        !userAgent.startsWith('kubectl') &&
        requestURI.includes(`/${space.namespace}/`) &&
        !['get', 'list', 'watch'].includes(verb),
    )
    expect(changing.length).toBeGreaterThan(0)
    expect(changing.filter(({ requestURI }) => !requestURI.includes('dryRun=All'))).toEqual([])
  })

  test('says what to type by hand, and that leads to the same', async () => {
    await using byTool = await openSpace(cluster)
    await using byHand = await openSpace(cluster)
    await Promise.all(
      [byTool, byHand].map(async (space) => {
        await space.deploy([`acme/api:${GOOD}`], {
          annotations: { 'kubernetes.io/change-cause': 'release 1', team: 'shop' },
        })
        await space.deploy([`acme/api:${BAD}`], {
          annotations: { 'kubernetes.io/change-cause': 'release 2', team: 'shop' },
        })
      }),
    )
    const manual = await byHand.cli.run(['plan', '--target', GOOD, '--manual'])
    expectExit(manual, 0)
    const script = join(byHand.cli.folder, 'by-hand.sh')
    await writeFile(script, manual.stdout)
    expect(await mustRun('sh', [script], { env: { ...byHand.cli.env } })).toContain('successfully rolled out')
    expectExit(await byTool.cli.run(['run', '--target', GOOD, '--yes']), 0)

    const [hand, tool] = await Promise.all([object(byHand), object(byTool)])
    expect(tool.template).toEqual(hand.template)
    expect(tool.annotations).toEqual(hand.annotations)
    expect(tool.annotations).toMatchObject({ 'kubernetes.io/change-cause': 'release 1' })
  })

  interface Judged {
    resourceVersion: string
    template: unknown
    annotations: Record<string, string>
  }

  /** As kubectl sees it; the namespace's name is taken out, so that two can be compared. */
  async function object(space: Space): Promise<Judged> {
    const text = await space.kubectl('get', 'deployment/api', '-o', 'json')
    const { metadata, spec } = JSON.parse(text.replaceAll(space.namespace, 'NAMESPACE')) as {
      metadata: { resourceVersion: string; annotations: Record<string, string> }
      spec: { template: unknown }
    }
    return {
      resourceVersion: metadata.resourceVersion,
      annotations: metadata.annotations,
      template: spec.template,
    }
  }

  /** After a rollout the controllers write the status once more. */
  async function settledObject(space: Space): Promise<Judged> {
    let last = await object(space)
    await poll(async () => {
      await sleep(300)
      const former = last
      last = await object(space)
      return last.resourceVersion === former.resourceVersion
    }, 10_000)
    return last
  }
})
