import { rename } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { tempFolder } from '../../helpers/folder.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun, poll } from '../../helpers/process.ts'
import { expectExit } from '../helpers/cli.ts'
import { GOOD, startStage, type Stage, SWITCH } from './stage.ts'

const RUN = ['run', '--target', GOOD, '--yes']
const UNDO = ['undo', '--yes', '--answer', 'blocked=yes']

/** Watched by what two files say: percent of errors, and milliseconds. */
async function start(bake: object, top: object = {}, signals: object = {}): Promise<Stage> {
  const number = (name: string): object => ({
    command: { argv: ['cat', name], stdout: 'number' },
    every: '50ms',
  })
  const stage = await startStage([SWITCH], {
    top,
    signals: {
      errors: { ...number('errors'), unit: 'percent' },
      p95: { ...number('p95'), unit: 'ms' },
      away: { prometheus: { url: 'http://127.0.0.1:9', query: 'up' }, every: '50ms' },
      ...signals,
    },
    procedure: {
      bake: {
        must: [{ signal: 'errors', below: '1%' }],
        should: [{ signal: 'p95', below: '500ms' }],
        ...bake,
      },
    },
  })
  await stage.write('errors', '0.2')
  await stage.write('p95', '120')
  return stage
}

/** A run that is proven, and whose conditions have been judged once. */
async function startWatched({ cli }: Stage) {
  const running = cli.start(RUN)
  await poll(() => running.output().includes('bake: must errors below 1%: holds'), 60_000)
  return running
}

describeWith(['sh', 'git'], 'what is watched after a rollback', () => {
  test('it has held: the plan announces it, and the lock is free meanwhile', async () => {
    await using stage = await start({ for: '1s', settle: '200ms' })
    const { cli } = stage
    expect((await cli.run(['plan', '--target', GOOD])).stdout).toMatch(
      /Bake: watched afterwards for 1 s, judged after 200 ms\n {2}must {4}errors below 1%\n {2}should {2}p95 below 500ms/,
    )
    const running = cli.start(RUN)
    await poll(() => running.output().includes('bake: watched by'), 60_000)
    expect((await cli.run(['status', '--json'])).json()['locks']).toEqual([])
    const result = await running.result
    expectExit(result, 0)
    expect(result.stdout).toMatch(/^Proven: 1a2b3c4 is live[^]*\n\nThe bake has held \(1(\.\d)? s of 1 s\)/)
    const shown = (await cli.run(['show', '--json'])).json()
    expect(shown['run']).toMatchObject({
      result: 'proven',
      bake: { result: 'held', left: 0, conditions: [{ verdict: 'holds' }, { verdict: 'holds' }] },
    })
    expect(shown['run'].phases.at(-1)).toMatchObject({ phase: 'bake', limit: 1000 })
    expect((await cli.run(['status'])).stdout).toContain('Proven: 1a2b3c4 is live. The bake has held')
  })

  test('breached: 28, with what, since when, and the ways on', async () => {
    await using stage = await start({ for: '60s' })
    const { cli } = stage
    const running = await startWatched(stage)
    await stage.write('more', '3')
    await rename(stage.at('more'), stage.at('errors'))
    const result = await running.result
    expectExit(result, 28)
    expect(result.stdout).toMatch(/errors below 1%: is 3%, not\s+below 1%, at \d\d:\d\d:\d\d UTC/)
    expect(result.stdout).toMatch(/rollback undo[^]*rollback versions/)
    expect((await cli.run(['status'])).stdout).toContain('The bake is breached')
    expect((await cli.run(['show', '--format', 'markdown'])).stdout).toMatch(
      /\n\n## The bake is breached\n\nThe rollback was proven, and it has not stayed well/,
    )
    // It stays what it is: there is nothing to go on with.
    expectExit(await cli.run(['resume']), 2)
  })

  test('a should makes it degraded, what is not known unmeasured', async () => {
    await using stage = await start({ for: '600ms' })
    await stage.write('p95', '900')
    expectExit(await stage.cli.run(RUN), 24)
    await using away = await start({ for: '300ms', must: [{ signal: 'away', above: 0 }] })
    const unmeasured = await away.cli.run([...RUN, '--json'])
    expectExit(unmeasured, 23)
    expect(unmeasured.json()).toMatchObject({
      exit: 23,
      result: 'proven',
      bake: { result: 'unmeasured', exit: 23 },
    })
  })

  test('Ctrl-C ends the watching only; resume makes up for what was not watched', async () => {
    await using stage = await start({ for: '10s' })
    const { cli } = stage
    const running = await startWatched(stage)
    running.kill('SIGINT')
    const stopped = await running.result
    expectExit(stopped, 130)
    expect(stopped.stdout).toMatch(/The rollback is done and proven; only the watching was stopped by SIGINT/)
    expect(stopped.stdout.trimEnd()).toMatch(/\n {2}rollback resume \S+ {2}go on watching it$/)
    expect((await cli.run(['status'])).stdout).toMatch(
      /^Baking\n[^]* of 10 s are left; not watched any more since[^]*rollback resume/,
    )
    const resumed = await cli.run(['resume', '--json'])
    expectExit(resumed, 0)
    expect(resumed.json()).toMatchObject({ bake: { result: 'held' } })
    expect(resumed.json()['bake'].watched).toBeGreaterThanOrEqual(10_000)
  })

  test('a killed one is told as not watched any more, and can be given up', async () => {
    await using stage = await start({ for: '60s' })
    const { cli } = stage
    const running = await startWatched(stage)
    expect((await cli.run(['status', '--json'])).json()['baking']).toMatchObject([{ watched: true }])
    const [{ id }] = (await cli.run(['status', '--json'])).json()['baking']
    const second = await cli.run(['resume', id])
    expectExit(second, 25)
    expect(second.stderr).toContain('is being watched already')
    running.kill('SIGKILL')
    await running.result
    expect((await cli.run(['status', '--json'])).json()).toMatchObject({
      unfinished: [],
      baking: [{ id, watched: false }],
    })
    expectExit(await cli.run(['abandon', id, '--reason', 'seen on the dashboard', '--yes']), 0)
    expect((await cli.run(['status', '--json'])).json()['baking']).toEqual([])
    expect((await cli.run(['show'])).stdout).toContain('The bake was not watched to its end')
  })

  test('a question that nobody was there for leaves it open: 26, and resume takes the answer', async () => {
    await using stage = await start(
      { for: '300ms', should: [{ signal: 'reports', below: 2 }] },
      {},
      { reports: { ask: { question: 'How many have reported it?', type: 'number' } } },
    )
    const { cli } = stage
    // What was said before the change says nothing about now.
    const left = await cli.run([...RUN, '--answer', 'reports=0'])
    expectExit(left, 26)
    expect(left.stdout).toMatch(
      /The bake waits for an answer[^]*How many have reported it\?\s+\(--answer reports=…\)/,
    )
    expect((await cli.run(['status'])).stdout).toMatch(
      /its time is over;[^]*rollback resume \S+ {2}answer what is left/,
    )
    expectExit(await cli.run(['resume', '--answer', 'reports=many']), 2)
    expectExit(await cli.run(['resume', '--answer', 'report=1']), 2)
    // What was said for the run itself is not for the bake, and no slip of the pen.
    const ended = await cli.run(['resume', '--answer', 'reports=1', '--answer', 'blocked=yes'])
    expectExit(ended, 0)
    expect(ended.stdout).toContain('should reports below 2: is 1, below 2')
    expect((await cli.run(['show'])).stdout).toMatch(/Answer\s+reports: 1/)
  })

  test('a later run ends it, whether somebody watches or not; --no-bake leaves it out', async () => {
    await using stage = await start({ for: '60s' })
    const { cli } = stage
    const running = await startWatched(stage)
    // Two would write what came of it.
    const refused = await cli.run(['abandon', 'last', '--reason', 'seen', '--yes'])
    expectExit(refused, 25)
    expect(refused.stderr).toContain('is being watched already')
    expectExit(await cli.run(UNDO), 0)
    const ended = await running.result
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/The bake was ended by a later run[^]*has changed what was watched/)

    const killed = await startWatched(stage)
    killed.kill('SIGKILL')
    await killed.result
    expectExit(await cli.run(UNDO), 0)
    expect((await cli.run(['status', '--json'])).json()['baking']).toEqual([])
    expectExit(await cli.run(['resume']), 2)

    const without = await cli.run([...RUN, '--no-bake', '--json'])
    expectExit(without, 0)
    expect(without.json()).toMatchObject({ result: 'proven', bake: { result: 'given-up', watched: 0 } })
  })

  test('on a shared store another machine sees it, and goes on with it', async () => {
    await using remote = await tempFolder('remote')
    await mustRun('git', ['init', '--quiet', '--bare', remote.path])
    await using stage = await start({ for: '20s' }, { store: { git: { remote: remote.path } } })
    const running = await startWatched(stage)
    // Nothing in common but the remote.
    const env = { ROLLBACK_STORE: stage.at('other-store') }
    const isSeen = async (): Promise<boolean> =>
      (await stage.cli.run(['status'], { env })).stdout.includes('; watched by ')
    expect(await poll(isSeen, 8000)).toBe(true)
    expectExit(await stage.cli.run(['abandon', 'last', '--reason', 'seen', '--yes'], { env }), 25)
    running.kill('SIGINT')
    expectExit(await running.result, 130)
    expect((await stage.cli.run(['status', '--json'], { env })).json()['baking']).toMatchObject([
      { watched: false, bake: { result: 'open' } },
    ])
    expectExit(await stage.cli.run(['resume'], { env }), 0)
    expect((await stage.cli.run(['status'])).stdout).toContain('The bake has held')
  })
})
