import { expect, test } from 'vitest'

import { tempFolder } from '../../helpers/folder.ts'
import { mustRun, poll } from '../../helpers/process.ts'
import { describeWith } from '../../helpers/need.ts'
import { expectExit } from '../helpers/cli.ts'
import { GOOD, startStage, step, SWITCH } from './stage.ts'

const RUN = ['run', '--target', GOOD, '--yes']
const SLOW = step('slow', ['slow'], { repeat: 'ask', timeout: '60s' })

describeWith(['sh', 'git'], 'a run that is stopped', () => {
  test('on a shared store: another machine knows of the program that still runs, and waits for it', async () => {
    await using remote = await tempFolder('remote')
    await mustRun('git', ['init', '--quiet', '--bare', remote.path])
    await using stage = await startStage([SLOW, SWITCH], { top: { store: { git: { remote: remote.path } } } })
    const running = stage.cli.start(RUN)
    await poll(async () => (await stage.log()).includes('begun'), 20_000)
    running.kill('SIGKILL')
    await running.result
    // Nothing in common but the remote.
    const env = { ROLLBACK_STORE: stage.at('other-store') }
    const other = stage.cli.start(['resume', '--yes', '--answer', 'slow=done'], { env })
    await poll(() => other.output().includes('still runs'), 20_000)
    await stage.write('end', '')
    expectExit(await other.result, 0)
    expect(await stage.log()).toEqual(['begun', 'ended', 'switch'])
  })

  test('while its program works: it is ended, and told as ended half-way from then on', async () => {
    await using stage = await startStage([SLOW, SWITCH])
    const running = stage.cli.start(RUN)
    await poll(async () => (await stage.log()).includes('begun'), 20_000)
    running.kill('SIGINT')
    const stopped = await running.result
    expectExit(stopped, 130)
    expect(stopped.output).toContain('ended half-way')
    // Nobody waits for what is no more, and nothing was lost on a wire.
    const shown = (await stage.cli.run(['show', 'last'])).stdout
    expect(shown).toContain('slow: do was ended half-way: interrupted')
    expect(shown).not.toContain('answer was lost')
    await stage.write('end', '')
    expectExit(await stage.cli.run(['resume', '--yes', '--answer', 'slow=again']), 0)
    expect(await stage.log()).toEqual(['begun', 'begun', 'ended', 'switch'])
  })

  test('while it waits for a program, by SIGTERM: 143, and the way on is the last line', async () => {
    await using stage = await startStage([SLOW, SWITCH])
    const running = stage.cli.start(RUN)
    await poll(async () => (await stage.log()).includes('begun'), 20_000)
    running.kill('SIGKILL')
    await running.result
    const waiting = stage.cli.start(['resume', '--yes', '--answer', 'slow=done'])
    await poll(() => waiting.output().includes('still runs'), 20_000)
    waiting.kill('SIGTERM')
    const stopped = await waiting.result
    expectExit(stopped, 143)
    expect(stopped.stderr.trimEnd().split('\n').at(-1)).toMatch(/^rollback resume \S+$/)
    await stage.write('end', '')
  })

  test('its undo waits for the program, and so does giving it up', async () => {
    for (const command of [
      ['undo', '--yes', '--answer', 'blocked=yes'],
      ['abandon', '--yes', '--reason', 'by hand'],
    ]) {
      await using stage = await startStage([SLOW, SWITCH])
      const running = stage.cli.start(RUN)
      await poll(async () => (await stage.log()).includes('begun'), 20_000)
      running.kill('SIGKILL')
      await running.result
      const [unfinished] = (await stage.cli.run(['status', '--json'])).json()['unfinished']
      const [first = '', ...rest] = command
      const waiting = stage.cli.start([first, unfinished.id, ...rest])
      await poll(() => waiting.output().includes('still runs'), 20_000)
      await stage.write('end', '')
      await waiting.result
      // What it does afterwards is another matter; it did nothing before the program had ended.
      expect((await stage.log()).slice(0, 2)).toEqual(['begun', 'ended'])
      const shown = (await stage.cli.run(['show', unfinished.id, '--json'])).stdout
      expect(shown).toContain('"type":"child-gone"')
    }
  })

  test('without a person an open question is not taken for a no', async () => {
    const sure = { id: 'sure', uses: 'person.confirm', with: { question: 'Is it that bad?' } }
    await using stage = await startStage([SWITCH, { ...sure, needs: ['switch'] }], {
      procedure: { on_failure: 'undo' },
    })
    const cut = await stage.cli.run([...RUN, '--answer', 'sure=yes'], {
      env: { ROLLBACK_FAILPOINT: 'question' },
    })
    expect(cut.exitCode).toBeUndefined()
    const asked = await stage.cli.run(['resume', '--yes'])
    expectExit(asked, 26)
    expect(asked.stderr).toContain('--answer sure=yes')
    expect(await stage.log()).toEqual(['switch'])
    expectExit(await stage.cli.run(['resume', '--yes', '--answer', 'sure=yes']), 0)
  })

  test('an output that cannot be kept is no doubt: the program was not started', async () => {
    await using stage = await startStage([step('one', ['touch', 'one'], { repeat: 'ask' }), SWITCH])
    const failed = await stage.cli.run(RUN, { env: { TMPDIR: stage.at('not-there') } })
    expectExit(failed, 20)
    expect(failed.output).toContain('cannot be kept')
    expect(await stage.log()).toEqual([])
  })
})
