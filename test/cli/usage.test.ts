import { readFile } from 'node:fs/promises'

import { describe, expect, test } from 'vitest'

import { documents, folder, rollback } from './program.ts'

describe('the command line', () => {
  test('prints its version and nothing else', async () => {
    await using here = await folder()
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    for (const flag of ['--version', '-V'])
      expect(await rollback([flag], { cwd: here.path })).toEqual({
        stdout: `${manifest.version}\n`,
        stderr: '',
        exitCode: 0,
      })
  })

  test.each([
    [['vlidate'], "unknown command 'vlidate'", 'Did you mean validate?'],
    [['run', '--tagret', 'x'], "unknown option '--tagret'", 'Did you mean --target?'],
    [['run', 'extra'], 'too many arguments', 'rollback --help'],
    [['plan', '--target'], 'argument missing', 'rollback --help'],
    [['show', '--format', 'pdf'], "argument 'pdf' is invalid", 'markdown'],
    [[], 'no command was given', 'Usage: rollback'],
    [['run', '--expect', 'sha256:00'], '--expect is the seal of a plan file', '--plan FILE'],
    [['run', '--plan', 'p.json', '--target', 'x'], '--target cannot be combined with --plan', 'sealed plan'],
    [['run', '--plan', 'p.json'], 'the plan p.json does not exist', ''],
    [['plan', '--out', 'p.json'], '--out needs a target', 'rollback plan'],
    [['run', '--target', 'x', '--answer', 'yes'], '--answer yes is not a pair', '--answer name=value'],
    [
      ['run', '--target', 'x', '--answer', 'sure=yes', '--answer', 'sure=no'],
      '--answer sure is given twice, with different values',
      'Leave one of them out',
    ],
    [['show', '--format', 'html'], "argument 'html' is invalid", 'markdown'],
    [['undo'], 'there is nothing to undo', 'rollback status'],
  ])('%j is bad usage: exit code 2, and what to do', async (args, message, cure) => {
    await using here = await folder()
    const { stdout, stderr, exitCode } = await rollback(args, { cwd: here.path })
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).toContain(cure)
    expect(exitCode).toBe(2)
  })

  test('gives errors as a document too, also those of the command line itself', async () => {
    await using here = await folder()
    const { stdout, exitCode } = await rollback(['run', '--tagret', 'x', '--json'], { cwd: here.path })
    expect(exitCode).toBe(2)
    expect(documents(stdout)).toEqual([
      {
        format: 1,
        type: 'error',
        exit: 2,
        code: 'usage',
        message: "unknown option '--tagret'",
        cure: 'Did you mean --target?',
      },
    ])
  })

  test('shows where an error came from only when it is asked to', async () => {
    await using here = await folder()
    const args = ['validate', '--runbook', 'missing.yaml']
    expect((await rollback(args, { cwd: here.path })).stderr).not.toContain('    at ')
    expect((await rollback([...args, '--debug'], { cwd: here.path })).stderr).toContain('    at ')
  })

  test('has help for every command, with examples, in 80 columns', async () => {
    await using here = await folder()
    const { stdout } = await rollback(['--help'], { cwd: here.path })
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name ?? '')
    expect(commands).toEqual(expect.arrayContaining(['validate', 'plan', 'run', 'undo', 'show', 'status']))
    for (const command of commands.filter((name) => name !== 'help' && name !== 'rollback')) {
      const help = await rollback([command, '--help'], { cwd: here.path })
      expect(help.exitCode).toBe(0)
      expect(help.stdout).toContain('Examples:')
      expect(help.stdout).toContain('--json')
      expect(help.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    }
  })
})
