import { expect, test } from 'vitest'

import { makeRepository } from '../../helpers/git.ts'
import { pushImage } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit, oneLine } from '../helpers/cli.ts'
import { BAD, GOOD, REPOSITORY, type Stage, startStage } from './stage.ts'

describeWith(REGISTRY_PROGRAMS, 'naming the target', () => {
  test.concurrent('a short SHA means the image with that commit', async () => {
    await using stage = await startStage()
    const run = await stage.cli.run(['run', '--target', GOOD.slice(0, 7), '--yes', '--json'])
    expectExit(run, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expect(await stage.digest()).toBe(stage.good)
  })

  test.concurrent('a tag of the git history means its commit', async () => {
    await using repository = await makeRepository({ commits: 3, tags: { 'v1.4.2': 1 } })
    const commit = repository.commits[1] ?? ''
    await using stage = await startStage({ runbook: gitHistory(repository.path) })
    const digest = await pushImage(stage.registry, REPOSITORY, commit, { commit })

    const run = await stage.cli.run(['run', '--target', 'v1.4.2', '--yes', '--json'])
    expectExit(run, 0)
    expect(run.json()).toMatchObject({ target: { given: 'v1.4.2', tag: 'v1.4.2', sha: commit } })
    expect(await stage.serves()).toEqual({ commit, ok: true })
    expect(await stage.digest()).toBe(digest)
  })

  test.concurrent('last-proven is the version that the last run has proven', async () => {
    await using stage = await startStage()
    const nothing = await stage.cli.run(['run', '--target', 'last-proven', '--yes'])
    expectExit(nothing, 20)
    await stage.cli.run(['run', '--target', GOOD, '--yes'])
    await stage.cli.run(['undo', '--yes', '--answer', 'blocked=yes'])
    // An undo proves too: what it has brought back is the version that was left for being bad.
    const run = await stage.cli.run(['run', '--target', 'last-proven', '--yes', '--json'])
    expectExit(run, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('a short SHA that fits several images is refused with all of them', async () => {
    await using stage = await startStage()
    // Seven digits in common: what `git log --oneline` shows of both.
    const others = [`${GOOD.slice(0, 7)}${'0'.repeat(33)}`, `${GOOD.slice(0, 5)}${'f'.repeat(35)}`]
    for (const commit of others) await pushImage(stage.registry, REPOSITORY, commit, { commit })

    for (const [given, matches] of [
      [GOOD.slice(0, 5), [GOOD, ...others]],
      [GOOD.slice(0, 7), [GOOD, others[0] ?? '']],
    ] as const) {
      stage.registry.proxy.forgetRequests()
      const run = await stage.cli.run(['run', '--target', given, '--yes'])
      expectExit(run, 20)
      expect(run.stderr).toContain(`"${given}" fits ${matches.length} versions`)
      for (const match of matches) expect(run.stderr).toContain(match)
      await expectUntouched(stage)
    }
    const enough = await stage.cli.run(['run', '--target', GOOD.slice(0, 8), '--yes'])
    expectExit(enough, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('an ambiguous short SHA of the git history is refused with the commits', async () => {
    // Two commits of this history begin alike: 700 are enough for four digits, and the history is always the same.
    await using repository = await makeRepository({ commits: 700 })
    const starts = Map.groupBy(repository.commits, (sha) => sha.slice(0, 4))
    const [start, shas] = [...starts].find(([, all]) => all.length > 1) ?? ['', []]
    await using stage = await startStage({ runbook: gitHistory(repository.path) })
    const run = await stage.cli.run(['plan', '--target', start, '--json'])
    expectExit(run, 20)
    for (const sha of shas) expect(run.json()['found']).toContain(sha)
    await expectUntouched(stage)
  })

  test.concurrent('a target whose image is gone is refused, and the nearest ones are named', async () => {
    await using stage = await startStage()
    const near = `${GOOD.slice(0, 12)}${'0'.repeat(28)}`
    const run = await stage.cli.run(['run', '--target', near, '--yes'])
    expectExit(run, 20)
    expect(run.stdout).toMatch(/^Refused before any change: nothing was touched\./)
    expect(run.stdout).toContain('missing')
    expect(oneLine(run.stdout)).toContain(`has no image ${near}; there are ${GOOD}, ${BAD}`)
    // The only set is the image: without it there is nothing to go on with.
    expect(run.stdout).not.toContain('--without')
    await expectUntouched(stage)
  })

  test.concurrent('a tag without a known commit is refused where the runbook needs the commit', async () => {
    await using stage = await startStage()
    const place = { repository: stage.repository, tag: '${vars.tag}' }
    await stage.runbook({ image: { with: place } })
    await stage.moveTag('v1.4.2', stage.good)
    // The image is found by the tag, but its proof names the commit: better now than after the change.
    const run = await stage.cli.run(['run', '--target', 'v1.4.2', '--yes'])
    expectExit(run, 20)
    expect(run.output).toContain('target.sha')
    await expectUntouched(stage)
  })
})

function gitHistory(repository: string) {
  return { top: { release: { live: { signal: 'live_version' }, history: { git: { repository } } } } }
}

async function expectUntouched(stage: Stage): Promise<void> {
  expect(stage.registry.writes()).toEqual([])
  expect(stage.service.hookCalls).toEqual([])
  expect(await stage.digest()).toBe(stage.bad)
  expect(await stage.serves()).toEqual({ commit: BAD, ok: false })
}
