import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { EXAMPLES, usualAnswers } from '../../src/cli/init/examples.ts'
import { BIN, documents, environment, folder, rollback } from './program.ts'
import { run } from '../helpers/process.ts'

const TWO_ENVIRONMENTS = `version: 1
service: api
environments:
  production: { url: https://api.example.com }
  staging: { url: not-a-url }
inputs:
  ticket: { description: where this is discussed }
signals:
  health: { http: { url: '\${vars.url}/health' } }
procedures:
  retag:
    steps:
      - { id: image, uses: registry.retag, with: { repository: ghcr.io/acme/api, tag: prod } }
    verify: { within: 1m, must: [{ signal: health, passing: true }] }
`

describe('init', () => {
  test.each(['registry-render', 'kubernetes-deployment'])(
    '--from %s writes a valid runbook',
    async (name) => {
      await using here = await folder()
      const made = await rollback(['init', '--from', name], { cwd: here.path })
      expect(made.exitCode).toBe(0)
      expect(made.stdout).toContain('rollback validate')
      const { stdout, exitCode } = await rollback(['validate'], { cwd: here.path })
      expect(stdout).toContain('rollback.yaml is valid: api, production')
      expect(exitCode).toBe(0)
    },
  )

  test('creates the folder that it shall write to', async () => {
    await using here = await folder()
    const args = ['init', '--from', 'registry-render', '--out', 'ops/night/rollback.yaml']
    const { stdout, exitCode } = await rollback(args, { cwd: here.path })
    expect(stdout).toContain('rollback validate --runbook ops/night/rollback.yaml')
    expect(exitCode).toBe(0)
    expect(await readFile(join(here.path, 'ops/night/rollback.yaml'), 'utf8')).toContain(
      '{ signal: health, passing: true, in_a_row: 3 }',
    )
  })

  test.each(EXAMPLES)('$name is in the help, and goes without a health path', async (example) => {
    await using here = await folder()
    expect((await rollback(['init', '--help'], { cwd: here.path })).stdout).toContain(example.name)
    const text = example.write({ ...usualAnswers(example), healthPath: '' })
    expect(text).not.toContain('health')
    await writeFile(join(here.path, 'rollback.yaml'), text)
    expect((await rollback(['validate'], { cwd: here.path })).exitCode).toBe(0)
  })

  test('never overwrites a runbook, unless it is told to', async () => {
    await using here = await folder()
    const file = join(here.path, 'rollback.yaml')
    await writeFile(file, 'mine')
    const args = ['init', '--from', 'registry-render']
    expect((await rollback(args, { cwd: here.path })).exitCode).toBe(2)
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect((await rollback([...args, '--force'], { cwd: here.path })).exitCode).toBe(0)
    expect(await readFile(file, 'utf8')).toContain('version: 1')
  })

  test('asks nothing without a terminal, and lists the examples', async () => {
    await using here = await folder()
    for (const args of [['init'], ['init', '--from', 'heroku']]) {
      const { stderr, exitCode } = await rollback(args, { cwd: here.path })
      expect(stderr).toContain('--from kubernetes-deployment')
      expect(exitCode).toBe(2)
    }
  })
})

describe('validate', () => {
  test('checks every environment, and asks for no inputs', async () => {
    await using here = await folder()
    await writeFile(join(here.path, 'rollback.yaml'), TWO_ENVIRONMENTS)
    const all = await rollback(['validate'], { cwd: here.path })
    expect(all.exitCode).toBe(2)
    expect(all.stdout).toContain('(in the environment "staging")')
    const one = await rollback(['validate', '--env', 'production'], { cwd: here.path })
    expect(one).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('reports every mistake with its place, and exits with 2', async () => {
    await using here = await folder()
    await rollback(['init', '--from', 'registry-render'], { cwd: here.path })
    const file = join(here.path, 'rollback.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('within:', 'withn:').replace('registry.retag', 'registry.retga'))
    const { stdout, exitCode } = await rollback(['validate'], { cwd: here.path })
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/rollback\.yaml:\d+:\d+ {2}error {2}there is no action "registry\.retga"/)
    expect(stdout).toContain('did you mean "within"?')
    expect(stdout).toContain('2 mistakes')

    const json = await rollback(['validate', '--json'], { cwd: here.path })
    expect(json.exitCode).toBe(2)
    expect(documents(json.stdout)).toMatchObject([
      {
        format: 1,
        type: 'validation',
        valid: false,
        exit: 2,
        diagnostics: [{ line: expect.any(Number) }, {}],
      },
    ])
  })

  test('names the environments and procedures of a valid one', async () => {
    await using here = await folder()
    await rollback(['init', '--from', 'registry-render', '--out', 'other.yaml'], { cwd: here.path })
    const { stdout } = await rollback(['validate', '--runbook', 'other.yaml', '--json'], { cwd: here.path })
    expect(documents(stdout)).toMatchObject([
      { valid: true, service: 'api', environments: ['production'], procedures: ['retag'] },
    ])
  })

  test('says which environment does not exist', async () => {
    await using here = await folder()
    await rollback(['init', '--from', 'registry-render'], { cwd: here.path })
    const { stdout, exitCode } = await rollback(['validate', '--env', 'prod'], { cwd: here.path })
    expect(stdout).toContain('production')
    expect(exitCode).toBe(2)
  })
})

test('schema prints a JSON Schema', async () => {
  await using here = await folder()
  const { stdout, exitCode } = await rollback(['schema'], { cwd: here.path })
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') })
  expect(exitCode).toBe(0)
})

describe('bin', () => {
  test('says how to build it when it is not built', async () => {
    await using here = await folder()
    await cp(dirname(BIN), join(here.path, 'bin'), { recursive: true })
    await writeFile(join(here.path, 'package.json'), '{"type":"module"}')
    const started = await run(process.execPath, [join(here.path, 'bin/rollback.js')], {
      env: environment(here.path),
    })
    expect(started).toEqual({
      stdout: '',
      stderr: 'rollback: The program is not built yet: run `npm run build` first.\n',
      exitCode: 1,
    })
  })

  test('works through a symbolic link, as npm installs it', async () => {
    await using here = await folder()
    await symlink(BIN, join(here.path, 'rollback'))
    const { exitCode } = await run(process.execPath, [join(here.path, 'rollback'), '--version'])
    expect(exitCode).toBe(0)
  })
})
