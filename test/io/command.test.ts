import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import type { ChildProcess } from '../../src/core/doors.ts'
import { runCommand, runEffect } from '../../src/io/command.ts'
import { tempFolder } from '../helpers/folder.ts'
import { mustRun } from '../helpers/process.ts'

const node = process.execPath

/** Processes of a group that are more than a name waiting to be read by their parent. */
async function running(group: number): Promise<string[]> {
  const states = (await mustRun('ps', ['-eo', 'pgid=,stat='])).trim().split('\n')
  return states.filter(
    (line) => Number.parseInt(line, 10) === group && !line.trim().split(/\s+/)[1]?.startsWith('Z'),
  )
}

describe('a command', () => {
  test('gets its arguments, its input and its environment; and no shell', async () => {
    const script =
      'process.stdin.on("data", (d) => console.log(process.argv[1], String(d), process.env.MINE))'
    const done = await runCommand({
      argv: [node, '-e', script, '$HOME; ls'],
      stdin: 'in',
      env: { MINE: 'mine' },
    })
    expect(done).toEqual({
      started: true,
      exitCode: 0,
      stdout: '$HOME; ls in mine\n',
      stderr: '',
      dropped: 0,
    })
  })

  test('does not inherit our secrets', async () => {
    process.env['ROLLBACK_TEST_SECRET'] = 'hunter22'
    const { stdout } = await runCommand({ argv: [node, '-p', 'JSON.stringify(process.env)'] })
    delete process.env['ROLLBACK_TEST_SECRET']
    expect(JSON.parse(stdout)).toHaveProperty('PATH')
    expect(stdout).not.toContain('hunter22')
  })

  test('inherits the families of variables that are named', async () => {
    vi.stubEnv('ACME_PROFILE', 'prod')
    vi.stubEnv('OTHER_PROFILE', 'hunter22')
    onTestFinished(() => void vi.unstubAllEnvs())
    const argv = [node, '-p', 'JSON.stringify(process.env)'] as const
    const { stdout } = await runCommand({ argv, inherit: ['ACME_'] })
    expect(JSON.parse(stdout)).toMatchObject({ ACME_PROFILE: 'prod', PATH: expect.any(String) as string })
    expect(stdout).not.toContain('hunter22')
    expect((await runCommand({ argv })).stdout).not.toContain('ACME_PROFILE')
  })

  test('ends with its exit code, and what it said', async () => {
    const done = await runCommand({ argv: ['sh', '-c', 'echo no >&2; exit 3'] })
    expect(done).toMatchObject({ exitCode: 3, stderr: 'no\n' })
  })

  test('a long output keeps its end, counted and in whole characters', async () => {
    const script = 'process.stdout.write("é".repeat(100_000) + "end!")'
    const done = await runCommand({ argv: [node, '-e', script], limit: 101 })
    expect(done.stdout).toBe(`${'é'.repeat(48)}end!`)
    expect(done.dropped).toBe(200_004 - 101)
  })

  test('that does not exist', async () => {
    const done = await runCommand({ argv: ['no-such-program', '--token=hunter22'] })
    expect(done).toMatchObject({ started: false, exitCode: undefined, ended: 'not found' })
    expect(JSON.stringify(done)).not.toContain('hunter22')
  })

  test('in a folder that does not exist', async () => {
    const done = await runCommand({ argv: ['true'], cwd: '/no/such/folder' })
    expect(done).toMatchObject({ started: false, ended: 'its working folder does not exist' })
  })

  test('that ignores its input', async () => {
    const done = await runCommand({ argv: ['true'], stdin: 'x'.repeat(1_000_000) })
    expect(done.exitCode).toBe(0)
  })

  test('killed by somebody else', async () => {
    expect(await runCommand({ argv: ['sh', '-c', 'kill -9 $$'] })).toMatchObject({
      started: true,
      exitCode: undefined,
      ended: 'killed by SIGKILL',
    })
  })

  test('leaves a child behind that keeps the pipe open: its own end counts', async () => {
    const started = performance.now()
    const done = await runCommand({ argv: ['sh', '-c', 'sleep 15 & echo $!'] })
    process.kill(Number(done.stdout), 'SIGKILL')
    expect(done.exitCode).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('time is over', () => {
  test('for a shell that ignores TERM, and for what it started', async () => {
    const script = 'trap "" TERM; (trap "" TERM; echo $$; sleep 15; echo late) & wait; sleep 15; echo late'
    const started = performance.now()
    const done = await runCommand({ argv: ['sh', '-c', script], timeout: 200 })
    expect(done).toMatchObject({ exitCode: undefined, ended: 'timed out after 200 ms' })
    expect(done.stdout).not.toContain('late')
    expect(await running(Number(done.stdout))).toEqual([])
    // Not a measurement: 15 s is what waiting for the pipe would take.
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('for one that ends when asked, its last words are kept', async () => {
    const script = 'trap "echo bye; exit 0" TERM; echo hi; sleep 15 & wait'
    const done = await runCommand({ argv: ['sh', '-c', script], timeout: 200 })
    expect(done).toMatchObject({ exitCode: undefined, ended: 'timed out after 200 ms', stdout: 'hi\nbye\n' })
  })

  test('interrupted', async () => {
    const done = await runCommand({ argv: ['sleep', '15'] }, AbortSignal.timeout(100))
    expect(done).toMatchObject({ started: true, exitCode: undefined, ended: 'interrupted' })
  })

  test('before it was started: the program never runs', async () => {
    const done = await runCommand({ argv: ['sleep', '15'] }, AbortSignal.abort())
    expect(done).toMatchObject({ started: false, ended: 'interrupted before it was started' })
  })

  test('for one that has changed its user: said, and not waited for', async () => {
    const kill = process.kill.bind(process)
    // What the kernel answers for a process of somebody else; root, who may run the tests, never hears it.
    const denied = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    })
    onTestFinished(() => denied.mockRestore())
    const done = await runCommand({ argv: ['sh', '-c', 'echo $$; exec sleep 60'], timeout: 300 })
    expect(kill(Number(done.stdout), 'SIGKILL')).toBe(true)
    expect(done).toMatchObject({
      started: true,
      exitCode: undefined,
      stillRuns: true,
      ended: 'timed out after 300 ms, and still runs: it has changed its user, and may not be ended by us',
    })
  })
})

describe('a program that changes things', () => {
  const told = () => {
    const children: ChildProcess[] = []
    return { children, began: async (child: ChildProcess) => void children.push(child) }
  }

  test('ends with its exit code and what it said, like any other', async () => {
    const { children, began } = told()
    const script =
      'process.stdin.on("data", (d) => { console.log(process.argv[1], String(d), process.pid); console.error("é"); process.exitCode = 3 })'
    const done = await runEffect({ argv: [node, '-e', script, '$HOME; ls'], stdin: 'in' }, began)
    expect(done).toEqual({
      started: true,
      exitCode: 3,
      stdout: `$HOME; ls in ${children[0]?.pid}\n`,
      stderr: 'é\n',
      dropped: 0,
    })
  })

  test('has not begun when its process is told of', async () => {
    const file = join((await temporary()).path, 'done')
    let before: boolean | undefined
    await runEffect({ argv: ['touch', file] }, async () => {
      await wait(100)
      before = existsSync(file)
    })
    expect([before, existsSync(file)]).toEqual([false, true])
  })

  test('never begins when that cannot be written down', async () => {
    const file = join((await temporary()).path, 'done')
    const cannot = async () => {
      throw new Error('the disk is full')
    }
    await expect(runEffect({ argv: ['touch', file] }, cannot)).rejects.toThrow('the disk is full')
    await wait(200)
    expect(existsSync(file)).toBe(false)
  })

  test('goes on to its end when we are gone, and does not die of what it says', async () => {
    const file = join((await temporary()).path, 'done')
    const script = `for i in 1 2 3; do echo "step $i"; sleep 0.1; done; touch ${file}`
    const ours = `
      import { runEffect } from ${JSON.stringify(new URL('../../src/io/command.ts', import.meta.url).href)}
      void runEffect({ argv: ['sh', '-c', ${JSON.stringify(script)}] }, async () => {
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
      })`
    await runCommand({ argv: [node, '--input-type=module', '-e', ours] })
    expect(existsSync(file)).toBe(false)
    await expect.poll(() => existsSync(file), { timeout: 5000 }).toBe(true)
  })

  test.each([
    [['no-such-program-anywhere'], 'not found'],
    [[fileURLToPath(new URL('../../package.json', import.meta.url))], 'not executable'],
    [['./no-such-script'], 'not found'],
  ] as const)('%s was never started: %s', async (argv, why) => {
    const { children, began } = told()
    const done = await runEffect({ argv: [...argv] as [string, ...string[]] }, began)
    expect(done).toMatchObject({ started: false, ended: why })
    expect(children).toEqual([])
  })

  test('is found beside the runbook', async () => {
    const { path } = await temporary()
    await writeFile(join(path, 'deploy.sh'), '#!/bin/sh\necho here: $(pwd)\n', { mode: 0o755 })
    const done = await runEffect({ argv: ['./deploy.sh'], cwd: path }, told().began)
    expect(done).toMatchObject({ exitCode: 0, stdout: `here: ${path}\n` })
  })

  test('a folder that is not there is said', async () => {
    const done = await runEffect({ argv: ['true'], cwd: '/no/such/folder' }, told().began)
    expect(done).toMatchObject({ started: false, ended: 'its working folder does not exist' })
  })

  test('is ended when its time is over, with what it started', async () => {
    const { children, began } = told()
    const done = await runEffect({ argv: ['sh', '-c', 'sleep 60 & wait'], timeout: 200 }, began)
    expect(done).toMatchObject({ exitCode: undefined, ended: 'timed out after 200 ms' })
    await expect.poll(() => running(children[0]?.pid ?? 0), { timeout: 5000 }).toEqual([])
  })

  test('a long output keeps its end, counted and in whole characters', async () => {
    const script = 'process.stdout.write("é".repeat(100_000) + "end!")'
    const done = await runEffect({ argv: [node, '-e', script], limit: 101 }, told().began)
    expect(done.stdout).toBe(`${'é'.repeat(48)}end!`)
    expect(done.dropped).toBe(200_004 - 101)
  })
})

async function temporary() {
  const folder = await tempFolder('command')
  onTestFinished(() => folder.stop())
  return folder
}
