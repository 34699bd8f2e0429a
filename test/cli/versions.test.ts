import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { makeRepository } from '../helpers/git.ts'
import { documents, folder, rollback } from './program.ts'

const DIGEST = `sha256:${'1a'.repeat(32)}`

let here: Awaited<ReturnType<typeof folder>>
let repository: Awaited<ReturnType<typeof makeRepository>>

beforeEach(async () => {
  here = await folder()
  repository = await makeRepository({ commits: 4, tags: { 'v1.4.2': 1 } })
  await writeFile(
    join(here.path, 'rollback.yaml'),
    `version: 1
service: api
environments: { production: {}, staging: {} }
release: { live: { signal: live }, history: { git: { repository: ${JSON.stringify(repository.path)} } } }
signals:
  live: { command: { argv: [printf, ${repository.commits[3] ?? ''}], stdout: text } }
procedures:
  flag:
    steps: [{ id: flag, uses: command.run, with: { argv: ['true'] } }]
    verify: { within: 1s, must: [{ signal: live, same_commit: '\${target.sha}' }] }
`,
  )
})

afterEach(async () => {
  await repository.stop()
  await here.stop()
})

const at = (index: number) => repository.commits.at(index) ?? ''
const versions = (...args: string[]) => rollback(['versions', ...args], { cwd: here.path })

async function block(version: string, reason = 'leaks memory') {
  const { exitCode, stderr } = await versions('block', version, '--reason', reason)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
}

describe('check', () => {
  test('what is blocked under one name is blocked under all that the history knows', async () => {
    await block('v1.4.2')
    for (const name of [at(1), at(1).slice(0, 7), 'v1.4.2']) {
      const { exitCode, stdout } = await versions('check', name)
      expect(exitCode).toBe(27)
      expect(stdout).toMatch(/^v1\.4\.2 \([0-9a-f]{7}\) is blocked since .* UTC by .*: leaks memory\n$/)
    }
    const { exitCode, stdout } = await versions('check', at(1), '--json')
    expect(exitCode).toBe(27)
    expect(documents(stdout)).toMatchObject([
      {
        type: 'version',
        action: 'check',
        exit: 27,
        blocked: { reason: 'leaks memory', release: { sha: at(1) } },
      },
    ])
  })

  test('another version, and one that nobody knows, are not', async () => {
    await block(at(1))
    for (const name of [at(2), 'v9.9.9', 'f'.repeat(40), DIGEST]) {
      const { exitCode, stdout } = await versions('check', name)
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: expect.stringContaining('is not blocked') as string,
      })
    }
  })

  test('one that nobody knows is said to be so: it may be misspelt', async () => {
    for (const name of ['v9.9.9', 'f'.repeat(40)]) {
      expect((await versions('check', name)).stdout).toContain('nobody who was asked knows it')
      expect(documents((await versions('check', name, '--json')).stdout)).toMatchObject([{ known: false }])
    }
    for (const name of ['v1.4.2', at(1)])
      expect((await versions('check', name)).stdout).toMatch(/ is not blocked\n$/)
    // Known from now on, if only by its block.
    expect((await versions('block', 'v9.9.9', '--reason', 'bad')).stdout).toContain('is that its name?')
    await versions('unblock', 'v9.9.9')
    expect((await versions('check', 'v9.9.9')).stdout).toMatch(/ is not blocked\n$/)
  })

  test('each environment has its own', async () => {
    await block(at(1))
    expect((await versions('check', at(1), '--env', 'staging')).exitCode).toBe(0)
  })

  test('an image is known by its digest, alone or behind its name', async () => {
    await block(DIGEST)
    for (const name of [DIGEST, `ghcr.io/acme/api@${DIGEST}`])
      expect((await versions('check', name)).exitCode).toBe(27)
  })

  test('a ledger of another version of the tool is no "not blocked"', async () => {
    await block(at(1))
    const board = join(here.path, 'store', 'boards')
    const { readdir, readFile } = await import('node:fs/promises')
    const all = await readdir(board, { recursive: true })
    const file = join(board, all.find((name) => name.endsWith('1.json')) ?? '')
    const text = await readFile(file, 'utf8')
    const inside = String.raw`{\n  \"format\": 1`
    expect(text).toContain(inside)
    await writeFile(file, text.replace(inside, inside.replace('1', '7')))
    const { exitCode, stderr } = await versions('check', at(2))
    expect(exitCode).toBe(20)
    expect(stderr).toContain('the ledger of versions')
  })
})

test('a blocked version is no target, unless it is forced with a reason', async () => {
  await block(at(1))
  const plan = (...more: string[]) => rollback(['plan', '--target', 'v1.4.2', ...more], { cwd: here.path })
  const refused = await plan()
  expect(refused.exitCode).toBe(20)
  expect(refused.stdout).toContain('leaks memory')
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain('--force --reason')

  expect(await plan('--force')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--force needs a reason') as string,
  })
  const forced = await plan('--force', '--reason', 'better slow than down')
  expect(forced.exitCode).toBe(0)
  expect(forced.stdout).toMatch(/Forced +v1\.4\.2 \([0-9a-f]{7}\) is blocked since/)
})

test('unblocked, it may come back; unblocking it again is no mistake', async () => {
  await block(at(1))
  const first = await versions('unblock', 'v1.4.2', '--reason', 'mended')
  expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('leaks memory') as string })
  expect((await versions('check', at(1))).exitCode).toBe(0)
  expect(await versions('unblock', at(1))).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('is not blocked') as string,
  })
})

test('the list marks what is live and what is blocked', async () => {
  await block(at(1))
  await block('v0-gone', 'older than the history')
  const { stdout, exitCode } = await versions()
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^Versions: api, production\n/)
  const row = (sha: string) =>
    stdout.split('\n').find((line) => line.includes(sha.slice(0, 7)) && !line.includes('Live now'))
  expect(row(at(3))).toContain('live')
  expect(row(at(2))).toMatch(/^ *1 /)
  expect(row(at(1))).toMatch(/blocked/)
  expect(stdout).toMatch(/Blocked\n(?:.*\n)*.*v0-gone since/)
  const json = documents((await versions('list', '--json')).stdout)
  expect(json).toMatchObject([
    {
      type: 'versions',
      exit: 0,
      live: { release: { sha: at(3) } },
      candidates: [{ live: true }, {}, {}, { blocked: expect.stringContaining('leaks memory') as string }],
      blocked: [{ release: { tag: 'v0-gone' } }, { release: { sha: at(1) } }],
    },
  ])
})

test.each([
  [['block', 'v1'], 'needs a reason'],
  [['block', 'v1', '--reason', ' '], 'needs a reason'],
  [['block'], 'needs a version'],
  [['check'], 'needs a version'],
  [['unblock'], 'needs a version'],
  [['list', 'v1'], 'takes no version'],
  [['check', 'v1', '--reason', 'x'], 'takes no --reason'],
  [['forget', 'v1'], 'forget'],
])('versions %j is a usage error', async (args, words) => {
  const { exitCode, stderr } = await versions(...args)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(words)
})
