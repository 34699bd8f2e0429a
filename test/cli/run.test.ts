import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { BAD, GOOD, openStage, type Stage } from '../../src/cli/demo/stage.ts'
import { describeWith } from '../helpers/need.ts'
import { poll, run } from '../helpers/process.ts'
import { BIN, documents, environment, rollback } from './program.ts'

// Against the registry and the service of the demo, which run in this process.

let stage: Stage

beforeEach(async () => {
  stage = await openStage()
})

afterEach(() => stage.close({ keep: false }))

const here = () => ({ cwd: stage.folder })

test('the readiness check lists what is there, and what one can return to', async () => {
  const { stdout, exitCode } = await rollback(['plan'], here())
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Ready: no reason found to refuse a rollback')
  expect(stdout).toMatch(new RegExp(`1 +${GOOD.slice(0, 7)}`))
})

test('the readiness check tries the newest version, and says what it did not look at', async () => {
  const { stdout } = await rollback(['plan'], here())
  expect(stdout).toMatch(/Use when +the image of the version still exists/)
  expect(stdout).toContain('a rollback to 4f9d2c8 would not be refused by it')
  expect(stdout).toMatch(/Not looked at {2}write permission/)
  expect(existsSync(stage.storeFolder)).toBe(false)
})

test('a history that cannot be read is said, and the versions that the surfaces hold are offered', async () => {
  const history = 'release:\n  history: { git: { repository: ./no-such-clone } }\n'
  await writeFile(stage.runbook.path, stage.runbook.text.replace('release:\n', history))
  const ready = await rollback(['plan'], here())
  expect(ready.stdout).toContain('candidates could not be read: ')
  expect(ready.stdout).toMatch(new RegExp(`1 +${GOOD.slice(0, 7)}`))
  expect(ready.exitCode).toBe(20)
  const run = await rollback(['run', '--yes'], here())
  expect(run.stderr).toContain('Candidates could not be read: ')
  expect(run.stderr).toMatch(new RegExp(`1 +${GOOD.slice(0, 7)}`))
  expect(run.exitCode).toBe(2)
})

test('a plan that is sealed into a file is the one that is carried out', async () => {
  const planned = await rollback(['plan', '--target', GOOD, '--out', 'plan.json'], here())
  expect(planned.exitCode).toBe(0)
  expect((await stat(join(stage.folder, 'plan.json'))).mode & 0o777).toBe(0o600)
  const line = planned.stderr.split('\n').find((text) => text.includes('--expect')) ?? ''
  const [, ...args] = line.trim().split(' ')
  expect(args.slice(0, 4)).toEqual(['run', '--plan', 'plan.json', '--expect'])

  const other = await rollback(['run', '--plan', 'plan.json', '--expect', 'sha256:00', '--yes'], here())
  expect(other.exitCode).toBe(20)
  expect(existsSync(stage.storeFolder)).toBe(false)

  const done = await rollback([...args, '--yes'], here())
  expect(done.stdout).toContain('Proven: ')
  expect(done.exitCode).toBe(0)
})

test('an edited plan is refused', async () => {
  await rollback(['plan', '--target', GOOD, '--out', 'plan.json'], here())
  const file = join(stage.folder, 'plan.json')
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(GOOD, BAD))
  const { stderr, exitCode } = await rollback(['run', '--plan', 'plan.json', '--yes'], here())
  expect(stderr).toContain('was changed after it was sealed')
  expect(exitCode).toBe(2)
})

test('without a terminal nothing is asked: the plan is shown, the exit code is 26', async () => {
  const { stdout, stderr, exitCode } = await rollback(['run', '--target', GOOD], here())
  expect(exitCode).toBe(26)
  expect(stdout).toBe('')
  expect(stderr).toContain('In this order')
  expect(stderr).toContain(`rollback run --target ${GOOD} --yes`)
  expect(existsSync(stage.storeFolder)).toBe(false)
})

test('without a target and a terminal the versions are listed, with exit code 2', async () => {
  const { stderr, exitCode } = await rollback(['run', '--yes'], here())
  expect(stderr).toContain('a target is needed: --target <version>')
  expect(stderr).toMatch(/live +b81e07a/)
  expect(exitCode).toBe(2)
})

test('a dry run prints the plan and writes nothing of any kind', async () => {
  const { stdout, exitCode } = await rollback(['run', '--target', GOOD, '--dry-run'], here())
  expect(exitCode).toBe(0)
  expect(stdout).toContain('[cannot be known before] write permission')
  expect(stdout).toContain('Dry run: nothing was changed, and nothing was written.')
  expect(existsSync(stage.storeFolder)).toBe(false)
})

test('a missing image is refused with the whole command that goes on without it', async () => {
  await addMirrorStep()
  const gone = '0123456789012345678901234567890123456789'
  const args = ['run', '--target', gone, '--yes', '--reason', "it's bad"]
  const { stdout, exitCode } = await rollback(args, here())
  expect(exitCode).toBe(20)
  expect(stdout).toContain('Refused before any change: nothing was touched.')
  expect(stdout).toMatch(/missing +image:/)
  expect(stdout).toContain(
    String.raw`rollback run --target ${gone} --yes --reason 'it'\''s bad' --without image`,
  )
  const json = await rollback([...args, '--json'], here())
  expect(documents(json.stdout).at(-1)).toMatchObject({ type: 'result', result: 'refused', exit: 20 })
})

test('rolls back, shows it, and takes it back; nothing is coloured, the hook is never printed', async () => {
  const hook = (await readFile(join(stage.folder, 'deploy-hook'), 'utf8')).trim()
  const done = await rollback(['run', '--target', GOOD, '--yes', '--reason', 'checkout fails'], here())
  expect(done.exitCode).toBe(0)
  expect(done.stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}image: done$/m)
  expect(done.stdout.trim().split('\n').at(-1)).toMatch(/^ {2}rollback undo \S+ /)

  const again = await rollback(['run', '--target', GOOD, '--yes'], here())
  expect(again.stdout).toContain('Already there')
  expect(again.exitCode).toBe(0)

  const id = /rollback show (\S+)/.exec(done.stdout)?.[1] ?? ''
  const shown = await rollback(['show', id], here())
  expect(shown.stdout).toContain('checkout fails')
  const status = await rollback(['status'], here())
  expect(status.stdout).toContain('Proven: ')

  const undone = await rollback(['undo', '--yes', '--answer', 'blocked=yes'], here())
  expect(undone.stdout).toContain('the run is taken back')
  expect(undone.exitCode).toBe(0)
  const twice = await rollback(['undo', '--yes', '--answer', 'blocked=yes'], here())
  expect(twice.stderr).toMatch(/is itself\s+an undo/)
  expect(twice.exitCode).toBe(2)

  for (const { stdout, stderr } of [done, again, shown, status, undone, twice]) {
    expect(stdout + stderr).not.toContain('\u001b')
    expect(stdout + stderr).not.toContain(hook)
  }
})

test('--json gives the plan, every event and at last the result, one document a line', async () => {
  const { stdout, stderr, exitCode } = await rollback(['run', '--target', GOOD, '--yes', '--json'], here())
  const all = documents(stdout)
  expect(stderr).toBe('')
  expect(all[0]).toMatchObject({ format: 1, type: 'plan', plan: { service: 'acme-api' } })
  expect(all[1]).toMatchObject({ format: 1, type: 'event', n: 1, event: { type: 'run-started' } })
  expect(all.at(-1)).toMatchObject({
    format: 1,
    type: 'result',
    result: 'proven',
    exit: exitCode,
    waysOn: [{}, { command: expect.stringMatching(/^rollback undo /) }],
  })
})

test('an interruption ends within five seconds, with what stands and the way on', async () => {
  const child = spawn(process.execPath, [BIN, 'run', '--target', GOOD, '--yes'], {
    cwd: stage.folder,
    env: environment(stage.folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (heard.out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (heard.err += text.toString()))
  expect(await poll(() => heard.err.includes('redeploy: done'), 10_000)).toBe(true)
  const start = Date.now()
  child.kill('SIGTERM')
  const [code] = (await once(child, 'close')) as [number]
  expect(Date.now() - start).toBeLessThan(5000)
  expect(code).toBe(143)
  expect(heard.out).toContain('Interrupted: nothing new was started')
  expect(heard.out).toContain('What stands')
  expect(heard.out.trim().split('\n').at(-1)).toMatch(/^ {2}rollback \w+ /)
})

test.each([
  ['stdout', '> /dev/full', 'could not be written to standard output (ENOSPC)'],
  ['stderr', '2> /dev/full', 'Proven: '],
])('a full disk under its %s ends no run half-way', async (_stream, redirection, said) => {
  const line = `"$0" "$@" ${redirection}`
  const args = ['-c', line, process.execPath, BIN, 'run', '--target', GOOD, '--yes']
  const ended = await run('sh', args, { cwd: stage.folder, env: environment(stage.folder), input: '' })
  expect(ended.exitCode).toBe(0)
  expect((ended.stdout + ended.stderr).split(said)).toHaveLength(2)
  expect(ended.stderr).not.toContain('    at ')
})

describeWith(['script', 'stty'], 'at a terminal', () => {
  test('a version is chosen by its number, and the plan is agreed to', async () => {
    const { screen, exitCode } = await atTerminal('run', [
      ['Return to which version? [1-1]', '1\n'],
      ['image tag set, redeploy called. Go on? [y/N]', 'y\n'],
    ])
    expect(screen).toContain('Proven: ')
    expect(screen).toMatch(/✓.* redeploy: done/)
    expect(exitCode).toBe(0)
  })

  test('one that says it has no columns is served line by line', async () => {
    const { screen, exitCode } = await atTerminal(`run --target ${GOOD} --yes`, [], 0)
    expect(screen).toContain('Proven: ')
    expect(screen).toMatch(/Z {2}redeploy: done/)
    expect(exitCode).toBe(0)
  })

  test('anything but yes declines', async () => {
    const { screen, exitCode } = await atTerminal(`run --target ${GOOD}`, [['Go on? [y/N]', 'maybe\n']])
    expect(screen).toContain('declined: nothing was changed')
    expect(exitCode).toBe(26)
    expect(existsSync(stage.storeFolder)).toBe(false)
  })

  test('what only a person knows is asked once it is live, and at the end of its bake', async () => {
    const text = stage.runbook.text
      .replace('signals:', "signals:\n  works: { ask: { question: 'Does it work by hand?' } }")
      .replace('must:', 'must:\n        - { signal: works, equals: true }')
      .replace('    undo:', '    bake: { for: 300ms, should: [{ signal: works, equals: true }] }\n    undo:')
    await writeFile(stage.runbook.path, text)
    const { screen, exitCode } = await atTerminal(`run --target ${GOOD} --yes`, [
      ['Does it work by hand? [yes/no, or Enter: not known]', 'yes\n'],
      [/Watch[^]*Does it work by hand\?/, 'no\n'],
    ])
    expect(screen).toMatch(/redeploy: done[^]*Does it work by hand[^]*Proven: [^]*The bake is degraded/)
    expect(exitCode).toBe(24)
  })

  test('who is asked by check is told what hangs on it, and what was measured', async () => {
    const signals = [
      "reports: { ask: { question: 'How many reports?', type: number } }",
      "fix: { ask: { question: 'Is there a fix?' } }",
      "slow: { command: { argv: [sh, -c, 'sleep 1; exit 1'] } }",
    ]
    const triggers = [
      '{ id: slow, signal: slow, failing: true, severity: medium }',
      '{ id: reported, signal: reports, at_least: 3, severity: high, unless: { signal: fix, equals: true } }',
    ]
    const text = stage.runbook.text.replace(
      'signals:',
      `triggers: [${triggers.join(', ')}]\nsignals:\n  ${signals.join('\n  ')}`,
    )
    await writeFile(stage.runbook.path, text)
    const { screen, exitCode } = await atTerminal('check', [
      ['How many reports?', '3\n'],
      ['Is there a fix?', 'no\n'],
    ])
    expect(screen).toContain('measuring what the triggers speak of')
    expect(screen).toMatch(
      /So far: slow \(medium\): exit code 1\.\r\nFor reported \(high\): reports at least 3:\r\n[^\n]*How many reports/,
    )
    expect(screen).toMatch(
      /For what speaks against reported \(high\): fix equals true:\r\n[^\n]*Is there a fix/,
    )
    expect(exitCode).toBe(10)
  })

  test('two questions at once come one after the other: what is typed answers one', async () => {
    const gate = (id: string) =>
      `\n      - { id: ${id}, needs: [], uses: person.confirm, with: { question: 'Sure of ${id}?' } }`
    const text = stage.runbook.text.replace('    steps:', `    steps:${gate('one')}${gate('two')}`)
    await writeFile(stage.runbook.path, text)
    const { screen, exitCode } = await atTerminal(`run --target ${GOOD} --yes`, [
      ['Sure of one? [y/N]', 'y\n'],
      ['Sure of two? [y/N]', 'n\n'],
    ])
    expect(screen).toMatch(/one: \w+ answered yes[^]*two: \w+ answered n/)
    expect(exitCode).toBe(26)
  })

  test('Ctrl-C at the question ends it, and nothing was changed', async () => {
    const { screen, exitCode } = await atTerminal(`run --target ${GOOD}`, [['Go on? [y/N]', '\u0003']])
    expect(screen).toContain('interrupted by SIGINT before any change')
    expect(exitCode).toBe(130)
    expect(existsSync(stage.storeFolder)).toBe(false)
  })
})

/** Answers each question when it has been asked. */
async function atTerminal(
  command: string,
  dialogue: [question: string | RegExp, typed: string][],
  columns = 80,
): Promise<{ screen: string; exitCode: number | null }> {
  const line = `stty cols ${columns} rows 24; ${process.execPath} ${BIN} ${command}`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: stage.folder,
    env: environment(stage.folder, { TERM: 'xterm' }),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  // Whatever a failing test leaves waiting ends here, and its terminal with it.
  const patience = setTimeout(() => child.kill(), 15_000)
  let screen = ''
  child.stdout.on('data', (text: Buffer) => (screen += text.toString()))
  for (const [question, typed] of dialogue) {
    expect(
      await poll(
        () => (typeof question === 'string' ? screen.includes(question) : question.test(screen)),
        10_000,
      ),
    ).toBe(true)
    child.stdin.write(typed)
  }
  await closed
  clearTimeout(patience)
  return { screen, exitCode: child.exitCode }
}

/** A second surface, whose image is there. */
async function addMirrorStep(): Promise<void> {
  const step = `
      - id: mirror
        uses: registry.retag
        with: { repository: '${repositoryIn(stage.runbook.text)}', tag: production, to: ${GOOD} }`
  const text = stage.runbook.text.replace(/\n {4}steps:/, (steps) => steps + step)
  await writeFile(stage.runbook.path, text)
}

function repositoryIn(runbook: string): string {
  return /repository: ["']?([^"'\s]+)/.exec(runbook)?.[1] ?? ''
}
