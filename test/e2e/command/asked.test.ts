import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { describeWith } from '../../helpers/need.ts'
import { expectExit, makeCli, oneLine } from '../helpers/cli.ts'
import { BAD, GOOD, startStage, type Stage, SWITCH } from './stage.ts'

const start = (expires = '15m'): Promise<Stage> =>
  startStage([SWITCH], {
    top: {
      triggers: [
        { id: 'reported', signal: 'reports', at_least: 3, severity: 'medium' },
        { id: 'corruption', signal: 'corrupt', equals: true, severity: 'critical' },
        { id: 'down', signal: 'health', failing: true, severity: 'critical' },
      ],
    },
    signals: {
      health: { command: { argv: ['test', '-e', 'healthy'] } },
      reports: {
        ask: { question: 'How many users have reported it?', type: 'number', expires },
        unit: 'count',
        every: '10m',
      },
      corrupt: { ask: { question: 'Is data being corrupted?' } },
    },
  })

describeWith(['sh'], 'what only a person knows', () => {
  test('answered beforehand: it is judged as what is measured', async () => {
    await using stage = await start()
    await stage.write('healthy', '')
    const check = async (reports: string, corrupt: string): Promise<unknown> => {
      const argv = ['check', '--answer', `reports=${reports}`, '--answer', `corrupt=${corrupt}`, '--json']
      return (await stage.cli.run(argv)).json()
    }
    expect(await check('2', 'no')).toMatchObject({ exit: 0, verdict: 'hold', unanswered: [] })
    expect(await check('3', 'no')).toMatchObject({ exit: 11, verdict: 'investigate' })
    expect(await check('0', 'yes')).toMatchObject({ exit: 10, verdict: 'rollback' })
  })

  test('without a terminal nobody is asked: it stays unknown, and the way to say it is shown', async () => {
    await using stage = await start()
    await stage.write('healthy', '')
    const unknown = await stage.cli.run(['check', '--answer', 'reports=0'])
    expectExit(unknown, 12)
    expect(unknown.stdout).toContain('nobody has answered: Is data being corrupted?')
    expect(unknown.stdout).toContain('rollback check --answer reports=0 --answer corrupt=…')
    const plain = await stage.cli.run(['check', '--explain'], { env: { LC_ALL: 'C' } })
    expect(plain.stdout).toContain('--answer corrupt=...')
    expect(plain.stdout).toMatch(/^[\n -~]+$/)
  })

  test('an answer that is none, or to a question that nobody asks, is refused: 2', async () => {
    await using stage = await start()
    const wrong = await stage.cli.run(['check', '--answer', 'reports=many'])
    expectExit(wrong, 2)
    expect(wrong.stderr).toContain('--answer reports: what was given is not an answer to it\nanswer a number')
    const lost = await stage.cli.run(['check', '--answer', 'report=3'])
    expectExit(lost, 2)
    expect(lost.stderr).toContain('reports, corrupt')
    const run = ['run', '--target', GOOD, '--yes', '--answer']
    for (const argv of [
      [...run, 'report=3'],
      [...run, 'swich=yes', '--if', 'rollback'],
    ]) {
      const refused = await stage.cli.run(argv)
      expectExit(refused, 2)
      expect(refused.stderr).toContain('What may be asked: reports, corrupt, switch.')
    }
    const empty = await stage.cli.run([...run, 'switch='])
    expectExit(empty, 2)
    expect(empty.stderr).toContain('--answer switch is empty')
    expect(await stage.log()).toEqual([])
    // The same list may be given to each command, whatever it has to ask.
    await stage.write('healthy', '')
    expectExit(await stage.cli.run([...run, 'blocked=yes', '--answer', 'corrupt=no']), 0)
    expectExit(await stage.cli.run(['undo', '--yes', '--answer', 'blockd=yes']), 2)
    expect(await stage.log()).toEqual(['switch'])
  })

  test('an answer expires while it is sampled', async () => {
    await using stage = await start('200ms')
    await stage.write('healthy', '')
    const argv = ['check', '--answer', 'reports=0', '--answer', 'corrupt=no', '--sample', '1s']
    const expired = await stage.cli.run(argv)
    expectExit(expired, 12)
    expect(expired.stdout).toContain('the answer is older than')
  })

  test('how long a fix takes is asked for where something is to be done, and compared with a rollback', async () => {
    await using stage = await startStage([SWITCH], {
      top: {
        triggers: [{ id: 'down', signal: 'health', failing: true, severity: 'medium' }],
        max_downtime: { medium: '30m' },
        fix_forward: { signal: 'fix' },
      },
      signals: {
        health: { command: { argv: ['test', '-e', 'healthy'] } },
        fix: { ask: { question: 'How long does a fix take?', type: 'duration' }, unit: 's' },
      },
      procedure: { takes: '5m' },
    })
    const down = await stage.cli.run(['check', '--json'])
    expectExit(down, 11)
    expect(down.json()).toMatchObject({ unanswered: ['fix'], time: { takes: 300_000, allowed: 1_800_000 } })
    const told = await stage.cli.run(['check', '--answer', 'fix=40m'])
    expect(told.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a fix takes 40m 00s; 30m 00s of downtime are allowed (medium): rolling back is quicker, only rolling back ends in time.',
    )
    await stage.write('healthy', '')
    const well = await stage.cli.run(['check', '--json'])
    expect(well.json()).toMatchObject({ exit: 0, unanswered: [] })
    expect(well.json()['time']).toBeUndefined()
  })

  test('what a rollback takes is what the procedure takes that would be carried out', async () => {
    const step = { uses: 'command.run', with: { argv: ['true'] } }
    await using cli = await makeCli()
    const runbook = {
      version: 1,
      service: 'shop',
      signals: { health: { command: { argv: ['false'] } } },
      triggers: [{ id: 'down', signal: 'health', failing: true, severity: 'high' }],
      max_downtime: { high: '10m' },
      procedures: {
        code: { takes: '5m', steps: [{ id: 'code', ...step }] },
        data: { takes: '20m', steps: [{ id: 'data', ...step }] },
      },
    }
    await writeFile(join(cli.folder, 'rollback.yaml'), stringify(runbook, { aliasDuplicateObjects: false }))
    const check = async (...more: string[]) => (await cli.run(['check', ...more, '--json'])).json()['time']
    expect(await check()).toMatchObject({ procedure: 'code', takes: 300_000 })
    expect(await check('--procedure', 'data')).toMatchObject({ procedure: 'data', takes: 1_200_000 })
    const lost = await cli.run(['check', '--procedure', 'date'])
    expectExit(lost, 2)
    expect(lost.stderr).toContain('data')
  })

  test('what verify asks is not known without a terminal: 23, and nothing that was said before the change counts', async () => {
    await using stage = await startStage([SWITCH], {
      signals: { works: { ask: { question: 'Does it work by hand?' } } },
      procedure: { verify: { must: [{ signal: 'works', is: true }] } },
    })
    const plan = await stage.cli.run(['plan', '--target', GOOD])
    expect(plan.stdout).toContain('must    works is true (a person is asked)')
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes', '--answer', 'works=yes'])
    expectExit(run, 23)
    expect(oneLine(run.stderr)).toContain(
      'Nobody can be asked here, and works can only be said once it is changed: it will end with 23; the same run again, with the answers, measures once more (--answer works=…).',
    )
    expect(oneLine(run.stdout)).toContain(
      'nobody has answered: Does it work by hand? (what was said before the change does not count;',
    )
    expect(oneLine(run.stdout)).toContain(
      `rollback run --target ${GOOD} --yes --answer works=yes the same run again: it measures once more; what is done stays done`,
    )
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes', '--answer', 'works=perhaps']), 2)
    const again = await stage.cli.run(['run', '--target', GOOD, '--yes', '--answer', 'works=yes'])
    expectExit(again, 0)
    expect(again.stderr).not.toContain('Nobody can be asked')
    expect((await stage.cli.run(['show'])).stdout).toMatch(/Answer\s+works: yes/)
  })

  test('what was changed and could not be proven is watched, and what ran before is blocked, once it is proven', async () => {
    await using stage = await startStage([SWITCH], {
      signals: { works: { ask: { question: 'Does it work by hand?' } } },
      procedure: {
        verify: { must: [{ signal: 'works', is: true }] },
        bake: { for: '300ms', must: [{ signal: 'live', same_commit: GOOD }] },
      },
    })
    const unmeasured = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(unmeasured, 23)
    expectExit(await stage.cli.run(['versions', 'check', BAD]), 0)
    const again = await stage.cli.run(['run', '--target', GOOD, '--yes', '--answer', 'works=yes'])
    expectExit(again, 0)
    const [, first = ''] = /rollback show (\S+)/.exec(unmeasured.stdout) ?? []
    expect(oneLine(again.stdout)).toContain(`what run ${first} had changed is proven with it`)
    expect(again.stdout).toContain(`rollback undo ${first}`)
    expect(again.stdout).toContain('The rollback is done and proven, and has stayed well.')
    expect(await stage.log()).toEqual(['switch'])
    expectExit(await stage.cli.run(['versions', 'check', BAD]), 27)
    // Nothing is left over to complete.
    const third = await stage.cli.run(['run', '--target', GOOD, '--yes', '--answer', 'works=yes'])
    expectExit(third, 0)
    expect(third.stdout).not.toContain('had changed is proven')
  })

  test('a bake that is killed where it waits for an answer, or has just got one, is gone on with', async () => {
    await using stage = await startStage([SWITCH], {
      signals: { works: { ask: { question: 'Does it work by hand?' } } },
      procedure: { bake: { for: '300ms', must: [{ signal: 'works', is: true }] } },
    })
    const killed = async (point: string, ...argv: string[]): Promise<void> => {
      const { exitCode } = await stage.cli.run(argv, { env: { ROLLBACK_FAILPOINT: point } })
      expect(exitCode).toBeUndefined()
    }
    await killed('bake-unanswered', 'run', '--target', GOOD, '--yes')
    expectExit(await stage.cli.run(['resume']), 26)
    await killed('signal-answered', 'resume', '--answer', 'works=yes')
    // What was said is on record, and nobody has to say it again.
    expectExit(await stage.cli.run(['resume']), 0)
    expect((await stage.cli.run(['show'])).stdout).toMatch(/Answer\s+works: yes/)
    expect(await stage.log()).toEqual(['switch'])
  })

  test('a run that was killed when all was done takes the answer upon resume; one with changes left does not', async () => {
    const more = {
      signals: { works: { ask: { question: 'Does it work by hand?' } } },
      procedure: { verify: { must: [{ signal: 'works', is: true }] } },
    }
    for (const [point, exit] of [
      ['phase-started:2', 0],
      ['effect-next', 23],
    ] as const) {
      await using stage = await startStage([SWITCH], more)
      await stage.cli.run(['run', '--target', GOOD, '--yes'], { env: { ROLLBACK_FAILPOINT: point } })
      expectExit(await stage.cli.run(['resume', '--yes', '--answer', 'works=yes']), exit)
      expect(await stage.log()).toEqual(['switch'])
    }
  })
})
