import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { expectExit, makeCli } from '../helpers/cli.ts'

const SECRET = 'Zq8#vW2kP0s-token'

async function servePage(body: string) {
  const server = createServer((_, response) => response.writeHead(503).end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('evidence is kept before the change: cut, without secrets even where they are cut, and nothing waits for what fails', async () => {
  // A line of it is in the middle wherever a text is cut.
  await using page = await servePage(`${SECRET} `.repeat(300_000))
  await using cli = await makeCli({ TOKEN: SECRET })
  const at = (name: string) => join(cli.folder, name)
  await writeFile(at('version'), 'v2')
  const change = { argv: ['sh', '-c', 'printf v1 > version'], env: { T: '${secrets.token}' } }
  await writeFile(
    at('rollback.yaml'),
    stringify({
      version: 1,
      service: 'shop',
      release: { live: { signal: 'live' } },
      secrets: { token: { env: 'TOKEN' } },
      signals: { live: { command: { argv: ['cat', 'version'], stdout: 'text' } } },
      capture: [
        { id: 'version', signal: 'live' },
        {
          id: 'logs',
          command: {
            argv: ['sh', '-c', 'yes "$T" | head -c 400000; echo last; exit 3'],
            env: { T: '${secrets.token}' },
          },
        },
        { id: 'page', http: { url: page.url } },
        { id: 'gone', command: { argv: ['no-such-program'] } },
        { id: 'deaf', command: { argv: ['sh', '-c', "trap '' TERM; echo said; while :; do sleep 1; done"] } },
      ],
      procedures: {
        back: {
          steps: [{ id: 'put', uses: 'command.run', with: change }],
          verify: { within: '5s', must: [{ signal: 'live', equals: '${target}' }] },
        },
      },
    }),
  )
  const run = await cli.run(['run', '--target', 'v1', '--yes', '--json'])
  expectExit(run, 0)
  const captured = run.json()['captured']
  expect(captured).toMatchObject([
    { capture: 'version', dropped: 0 },
    { capture: 'logs', why: 'exit code 3' },
    { capture: 'page', why: 'HTTP 503' },
    { capture: 'gone', bytes: 0, why: 'no-such-program: not found' },
    // It heeds no SIGTERM, and what it had said by then is kept all the same.
    { capture: 'deaf', bytes: 5, why: expect.stringContaining('timed out') as string },
  ])
  expect(captured[3]).not.toHaveProperty('file')
  const [version = '', logs = '', text = ''] = await Promise.all(
    captured.slice(0, 3).map(({ file }: { file: string }) => readFile(file, 'utf8')),
  )
  // Of before the change.
  expect(version).toBe('v2')
  expect(logs).toMatch(/^\[secret token\]\n/)
  expect(logs).toContain('last\n')
  expect(captured[1].dropped).toBeGreaterThan(200_000)
  expect(text.length).toBeLessThanOrEqual(256 * 1024)
  for (const part of [SECRET, SECRET.slice(0, 8), SECRET.slice(-8)])
    expect(version + logs + text).not.toContain(part)
  expect((await stat(captured[0].file)).mode & 0o777).toBe(0o600)

  const report = await cli.run(['show'])
  expect(report.stdout).toContain('Kept before the first change')
  expect(report.stdout).toContain('captured.logs.txt')
  expect(report.stdout).toContain('gone: not kept: no-such-program: not found')
})

test('nothing is kept that might hold a secret which cannot be read, and nothing of a version that has no such name', async () => {
  await using cli = await makeCli()
  await writeFile(join(cli.folder, 'version'), 'v2')
  await writeFile(
    join(cli.folder, 'rollback.yaml'),
    stringify({
      version: 1,
      service: 'shop',
      release: { live: { signal: 'live' } },
      secrets: { token: { env: 'NOT_SET' } },
      signals: { live: { command: { argv: ['cat', 'version'], stdout: 'text' } } },
      capture: [
        { id: 'logs', command: { argv: ['cat', 'version'] } },
        { id: 'other', command: { argv: ['echo', '${target.tag}'] } },
      ],
      procedures: {
        back: {
          steps: [
            {
              id: 'put',
              uses: 'command.run',
              with: { argv: ['sh', '-c', 'printf %s "$0" > version', '${target.sha}'] },
            },
          ],
          verify: { within: '5s', must: [{ signal: 'live', equals: '${target.sha}' }] },
        },
      },
    }),
  )
  const run = await cli.run(['run', '--target', 'a'.repeat(40), '--yes', '--json'])
  expectExit(run, 0)
  expect(run.json()['captured']).toMatchObject([
    { capture: 'logs', bytes: 0, why: expect.stringContaining('it might hold the secret "token"') as string },
    { capture: 'other', bytes: 0, why: 'nothing is known for ${target.tag}' },
  ])
})
