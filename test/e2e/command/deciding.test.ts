import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { poll } from '../../helpers/process.ts'
import { startServer } from '../../platforms/http/server.ts'
import { type CliResult, expectExit, oneLine } from '../helpers/cli.ts'
import { GOOD, startStage, type Stage, SWITCH } from './stage.ts'

const runFor = (sample: string): string[] => [
  'run',
  '--if',
  'rollback',
  '--target',
  GOOD,
  '--yes',
  '--sample',
  sample,
]

const ASK = 'echo asked >> asked; cat reports'

function start(triggers: readonly object[]): Promise<Stage> {
  return startStage([SWITCH], {
    top: { triggers },
    signals: {
      // Runs in the folder of the runbook.
      health: { command: { argv: ['test', '-e', 'healthy'] }, every: '50ms' },
      load: { file: { path: 'load.json', json: '$.p95', fresh: '5m' }, every: '50ms', unit: 'ms' },
      reports: { command: { argv: ['sh', '-c', ASK], stdout: 'number' }, every: '50ms', unit: 'count' },
    },
  })
}

const DOWN = { id: 'down', signal: 'health', failing: { in_a_row: 3 }, severity: 'critical' }
const REPORTED = { id: 'reported', signal: 'reports', at_least: 3, severity: 'medium', note: 'ask support' }

describeWith(['sh'], 'a rollback that depends on the verdict', () => {
  test('down: sampled until it is certain, then rolled back; well: nothing is changed, and 0', async () => {
    await using stage = await start([DOWN])
    await stage.write('healthy', '')
    const well = await stage.cli.run([...runFor('1s'), '--json'])
    expectExit(well, 0)
    expect(well.json()).toMatchObject({ type: 'result', result: 'not-needed', verdict: 'hold' })
    expect(await stage.log()).toEqual([])
    await using down = await start([DOWN])
    const rolled = await down.cli.run([...runFor('30s'), '--json'])
    expectExit(rolled, 0)
    expect(rolled.json()).toMatchObject({ result: 'proven' })
    expect(await down.log()).toEqual(['switch'])
  })

  test('what is to be investigated, and what is not known, changes nothing and says so: 11 and 12', async () => {
    await using stage = await start([REPORTED])
    await stage.write('reports', '3')
    const investigate = await stage.cli.run(runFor('0s'))
    expectExit(investigate, 11)
    await stage.write('reports', 'many')
    const unknown = await stage.cli.run(runFor('0s'))
    expectExit(unknown, 12)
    expect(await stage.log()).toEqual([])
  })

  test('what a step of CI has measured counts once, and not at all where the step did not run', async () => {
    const slow = { id: 'slow', signal: 'load', above: '500ms', severity: 'medium' }
    await using stage = await start([slow, { ...slow, id: 'often', severity: 'critical', in_a_row: 2 }])
    const verdict = async (): Promise<string[]> => {
      const checked = await stage.cli.run(['check', '--json', '--sample', '300ms'])
      return checked.json()['triggers'].map(({ judged }: { judged: string }) => judged)
    }
    expect(await verdict()).toEqual(['unknown', 'unknown'])
    await stage.write('load.json', '{"p95":480}')
    expect(await verdict()).toEqual(['fails', 'fails'])
    await stage.write('load.json', '{"p95":520}')
    expect(await verdict()).toEqual(['holds', 'unknown'])
  })

  test('a slip of the pen in the target is found on any day, not in the incident', async () => {
    await using stage = await start([DOWN])
    await stage.write('healthy', '')
    const gated = (...target: string[]): Promise<CliResult> =>
      stage.cli.run(['run', '--if', 'rollback', '--yes', '--sample', '1s', ...target])
    const missing = await gated()
    expectExit(missing, 2)
    expect(missing.stderr).toContain('a target is needed')
    const unproven = await gated('--target', 'last-proven')
    expectExit(unproven, 20)
    expect(unproven.stderr).toContain('is on record that was proven')
    expect(unproven.output).not.toContain('left;')
    const unasked = await stage.cli.run(['run', '--if', 'rollback', '--target', GOOD])
    expectExit(unasked, 26)
    expect(oneLine(unasked.stderr)).toContain(`rollback run --if rollback --target ${GOOD} --yes`)
  })

  test('what was proven last is no way out of what it has led to', async () => {
    await using stage = await start([DOWN])
    await stage.write('healthy', '')
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes']), 0)
    await rm(stage.at('healthy'))
    for (const [target, why] of [
      ['last-proven', 'no other version'],
      [GOOD, 'the triggers say to roll back, and 1a2b3c4 is what runs'],
    ] as const) {
      const nowhere = await stage.cli.run([
        'run',
        '--if',
        'rollback',
        '--target',
        target,
        '--yes',
        '--sample',
        '2s',
      ])
      expectExit(nowhere, 20)
      expect(oneLine(nowhere.stderr)).toContain(why)
    }
  })

  test('stopped while it samples: what is known so far is told, nothing is changed, and 130', async () => {
    const lasting = { id: 'reported', signal: 'reports', at_least: 3, for: '1h', severity: 'medium' }
    await using stage = await start([lasting])
    await stage.write('reports', '3')
    const stopped = async (...args: string[]): Promise<CliResult> => {
      await stage.write('asked', '')
      const running = stage.cli.start(args)
      // Once it asks again the first answer is known.
      await poll(async () => (await readFile(stage.at('asked'), 'utf8')).length > 'asked\n'.length, 20_000)
      running.kill('SIGINT')
      return running.result
    }
    const checked = await stopped('check', '--sample', '1h')
    expectExit(checked, 130)
    expect(checked.stderr).toMatch(/^1h 00m left; reported: is 3, at least 3/)
    expect(checked.stdout).toContain('Cut short by SIGINT')
    expect(checked.stdout).toContain('is 3, at least 3')
    const run = await stopped(...runFor('1h'))
    expectExit(run, 130)
    expect(run.stderr).toContain('Cut short by SIGINT')
    expect(await stage.log()).toEqual([])
    const { json } = await stopped('check', '--sample', '1h', '--json')
    expect(json()).toMatchObject({ type: 'check', exit: 130, interrupted: 'SIGINT' })
  })

  test('a rule that speaks against it is named', async () => {
    const unless = { signal: 'reports', equals: 0 }
    await using stage = await start([{ ...DOWN, failing: true, unless }])
    await stage.write('reports', '0')
    const held = await stage.cli.run(['check'])
    expectExit(held, 0)
    expect(held.stdout).toContain('does not count while reports equals 0')
    expect(held.stdout).not.toContain('Ways on')
    await stage.write('reports', '7')
    const down = await stage.cli.run(['check'])
    expectExit(down, 10)
    expect(down.stdout).toMatch(/^ {2}rollback run /m)
  })

  test('a rule against all triggers of a severity holds them back, and no others', async () => {
    const unless = [{ id: 'known', signal: 'reports', equals: 0, severity: ['high'], note: 'nobody felt it' }]
    const triggers = [{ ...DOWN, id: 'high', failing: true, severity: 'high' }]
    await using stage = await startStage([SWITCH], {
      top: { triggers, unless },
      signals: {
        health: { command: { argv: ['test', '-e', 'healthy'] } },
        reports: { command: { argv: ['cat', 'reports'], stdout: 'number' }, unit: 'count' },
      },
    })
    await stage.write('reports', '0')
    const held = await stage.cli.run(['check', '--explain'])
    expectExit(held, 0)
    expect(held.stdout).toContain('does not count while known (nobody felt it): reports equals 0')
    expect(held.stdout).toContain('unless known: holds')
    await stage.write('reports', '1')
    expectExit(await stage.cli.run(['check']), 10)
  })

  test.each(['1s', '30s', undefined])(
    'an endpoint that hangs is down, and not unknown: %s',
    async (timeout) => {
      await using server = await startServer()
      server.answer = () => {}
      await using stage = await startStage([SWITCH], {
        top: { triggers: [{ ...DOWN, failing: true }] },
        signals: { health: { http: { url: server.url, timeout } } },
      })
      const down = await stage.cli.run(['check', '--json'])
      expectExit(down, 10)
      expect(down.json()['triggers'][0].words).toContain('no answer from')
    },
  )

  test('a secret that several signals need is read once', async () => {
    const url = 'http://127.0.0.1:9/${secrets.token}'
    const signals = { a: { http: { url } }, b: { http: { url } } }
    const triggers = ['a', 'b'].map((signal) => ({ id: signal, signal, failing: true, severity: 'low' }))
    const token = { command: ['sh', '-c', 'echo read >> reads; echo hunter2-hunter2'] }
    await using stage = await startStage([SWITCH], { top: { triggers, secrets: { token } }, signals })
    expectExit(await stage.cli.run(['check']), 0)
    expect(await readFile(join(stage.cli.folder, 'reads'), 'utf8')).toBe('read\n')
  })

  test('without triggers there is nothing to be judged: 2', async () => {
    await using stage = await startStage([SWITCH])
    const refused = await stage.cli.run(['check'])
    expectExit(refused, 2)
    expect(refused.stderr).toContain('the runbook has no triggers')
  })
})
