import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { expectExit } from '../helpers/cli.ts'
import { GOOD, startStage, type Stage, SWITCH } from './stage.ts'

const start = (steps: readonly object[]): Promise<Stage> =>
  startStage(steps, {
    signals: { tested: { file: { path: 'tested', as: 'text' }, every: '50ms' } },
    procedure: {
      verify: { within: '1500ms', must: [{ signal: 'tested', equals: 'passed' }] },
    },
  })

const run = ['run', '--target', GOOD, '--yes']

describeWith(['sh'], 'a file that says that all is well', () => {
  test('proves nothing where it was written before the change', async () => {
    await using stage = await start([SWITCH])
    await stage.write('tested', 'passed')
    const unproven = await stage.cli.run(run)
    expectExit(unproven, 23)
    expect(unproven.output).toContain('measured before the change')
  })

  test('does where somebody writes it anew afterwards', async () => {
    await using stage = await start([SWITCH])
    await stage.write('tested', 'passed')
    const running = stage.cli.run(run)
    const writing = setInterval(() => void stage.write('tested', 'passed'), 200)
    try {
      const { exitCode, output } = await running
      expect(exitCode, output).toBe(0)
    } finally {
      clearInterval(writing)
    }
  })
})
