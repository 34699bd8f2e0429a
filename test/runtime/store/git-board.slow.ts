import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { openDoors } from '../../../src/io/doors.ts'
import { type GitBoards, gitBoards } from '../../../src/runtime/store/git-board.ts'
import { startFaultProxy } from '../../helpers/fault-proxy.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { startGitServer } from '../../helpers/git-http.ts'
import { makeRepository } from '../../helpers/git.ts'
import { mustRun, run } from '../../helpers/process.ts'
import { stopAll, type Stoppable } from '../../helpers/stoppable.ts'

const { write } = openDoors()
const REF = 'refs/rollback/api/production'

let repository: Awaited<ReturnType<typeof makeRepository>>
let cache: Awaited<ReturnType<typeof tempFolder>>
let started: Stoppable[]

beforeEach(async () => {
  repository = await makeRepository({ commits: 2 })
  cache = await tempFolder('cache')
  started = [repository, cache]
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await stopAll(started)
})

function boards(remote = 'origin', doors = { write }): GitBoards {
  return gitBoards({ remote, repository: repository.path, cacheRoot: () => cache.path, ...doors })
}

const board = (remote?: string) => boards(remote).board('api', 'production')

/** What git itself says about the remote. */
async function atRemote(...args: string[]): Promise<string> {
  return (await mustRun('git', ['-C', repository.remote, ...args])).trim()
}

async function hook(script: string): Promise<void> {
  const path = join(repository.remote, 'hooks', 'pre-receive')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

async function server(options?: Parameters<typeof startGitServer>[1]) {
  const http = await startGitServer(dirname(repository.remote), options)
  started.push(http)
  return http
}

// ---------------------------------------------------------------- reading and writing

test('who was interrupted can still give a lock back', async () => {
  const interrupt = new AbortController()
  const doors = openDoors({ signal: interrupt.signal })
  const own = boards('origin', doors).board('api', 'production')
  const taken = await own.write(await own.read(), { lock: 'held' }, 'lock')
  expect(taken).toBeDefined()
  interrupt.abort('SIGTERM')
  expect(await own.write(await own.read(), { lock: null }, 'free')).toBeDefined()
  expect((await board().read()).files).toEqual({})
  await doors.close()
})

test('empty before the first write; then what was written, also for another machine', async () => {
  const mine = board()
  const empty = await mine.read()
  expect(empty).toEqual({ version: '', files: {} })
  const files = { 'lock.json': '{}\n', 'runs/20260101-a/events.jsonl': 'eins\nzwei ü €\n', 'empty.txt': '' }
  const written = await mine.write(empty, files, 'take the lock')
  expect(written?.files).toEqual(files)
  expect(await board().read()).toEqual(written)
  expect(await mine.read()).toEqual(written)
})

test('a file is changed, one removed, the others stay', async () => {
  const mine = board()
  const first = await mine.write(await mine.read(), { a: '1', 'runs/b': '2', c: '3' }, 'three')
  if (first === undefined) throw new Error('not written')
  const second = await mine.write(first, { a: 'x', 'runs/b': null, 'not-there': null }, 'change')
  expect(second?.files).toEqual({ a: 'x', c: '3' })
  expect((await board().read()).files).toEqual({ a: 'x', c: '3' })
})

test('each write is a commit by rollback that says why, on its own ref; the clone is not touched', async () => {
  const before = await repository.git('for-each-ref')
  await repository.git('config', 'user.name', 'Somebody Else')
  const mine = board()
  const first = await mine.write(await mine.read(), { a: '1' }, 'Lock for the run 7f3a')
  if (first === undefined) throw new Error('not written')
  await mine.write(first, { a: '2' }, 'Unlock after the run 7f3a')
  expect(await atRemote('log', '--format=%an %ae %cn|%s', REF)).toBe(
    'rollback rollback@localhost rollback|Unlock after the run 7f3a\nrollback rollback@localhost rollback|Lock for the run 7f3a',
  )
  expect(await repository.git('for-each-ref')).toBe(before)
})

test('who read an older version writes nothing, and sees the newer one', async () => {
  const [one, other] = [board(), board()]
  const former = await one.read()
  await other.read()
  const won = await other.write(former, { a: 'other' }, 'other')
  expect(await one.write(former, { a: 'one' }, 'one')).toBeUndefined()
  expect(await one.read()).toEqual(won)
  // Also where there is a version to start from.
  if (won === undefined) throw new Error('not written')
  expect(await one.write(won, { a: 'one' }, 'one')).toBeDefined()
  expect(await other.write(won, { a: 'other' }, 'other')).toBeUndefined()
  expect((await other.read()).files).toEqual({ a: 'one' })
})

test('of many who write the same at once one wins', async () => {
  for (const round of [1, 2]) {
    const all = [1, 2, 3, 4, 5].map(() => board())
    const former = await board().read()
    const results = await Promise.all(
      all.map(async (one) => {
        await one.read()
        return one.write(former, { 'lock.json': `round ${round}` }, 'the same words')
      }),
    )
    expect(results.filter((result) => result !== undefined)).toHaveLength(1)
  }
})

test('of two processes in two clones one wins', async () => {
  const other = join(cache.path, 'other-clone')
  await mustRun('git', ['clone', '--quiet', repository.remote, other])
  const script = fileURLToPath(new URL('./write-once.ts', import.meta.url))
  const all = await Promise.all(
    [repository.path, other, repository.path, other].map((clone) =>
      mustRun(process.execPath, [script, clone, cache.path]),
    ),
  )
  expect(all.map((text) => text.trim()).sort()).toEqual(['lost', 'lost', 'lost', 'won'])
  // What they worked in is gone with them.
  expect(await readdir(join(cache.path, 'boards'))).toEqual([])
})

test('all boards of the remote are listed', async () => {
  const all = boards()
  expect(await all.list()).toEqual([])
  for (const [service, environment] of [
    ['api', 'production'],
    ['web.shop', 'eu_1'],
  ] as const) {
    const one = all.board(service, environment)
    await one.write(await one.read(), { a: service }, 'first')
  }
  await repository.git('push', '--quiet', 'origin', 'main:refs/heads/rollback/no/board')
  expect(await all.list()).toEqual([
    { service: 'api', environment: 'production' },
    { service: 'web.shop', environment: 'eu_1' },
  ])
})

test('a service whose name no ref can have is refused', () => {
  for (const name of ['a/b', '..', '.a', 'a.', 'a..b', 'a.lock', '-a b', 'ä', '', 'a*', 'a:b', '@{1}'])
    expect(() => boards().board(name, 'production')).toThrow('cannot be part of the name of a git ref')
})

test('a file whose name could mean something else is a mistake', async () => {
  const mine = board()
  const former = await mine.read()
  for (const name of ['store.json', '../x', 'a//b', '/a', 'a/', '.git/config', 'a b', 'a\nD b', '"a"'])
    await expect(mine.write(former, { [name]: 'x' }, 'why')).rejects.toThrow('is no name')
})

test('the settings of a user change nothing: hooks, signatures, templates, tags', async () => {
  const home = join(cache.path, 'home')
  const hooks = join(home, 'hooks')
  await mkdir(hooks, { recursive: true })
  for (const name of ['pre-push', 'reference-transaction', 'post-index-change']) {
    await writeFile(join(hooks, name), '#!/bin/sh\nexit 1\n')
    await chmod(join(hooks, name), 0o755)
  }
  const config = join(home, '.gitconfig')
  const settings = [
    ['core.hooksPath', hooks],
    ['commit.gpgSign', 'true'],
    ['push.gpgSign', 'true'],
    ['gpg.program', '/nowhere'],
    ['push.followTags', 'true'],
    ['push.default', 'nothing'],
    ['push.pushOption', 'ci.skip'],
    ['protocol.ext.allow', 'always'],
    ['init.defaultObjectFormat', 'sha256'],
    ['fetch.prune', 'true'],
    ['remote.pushDefault', 'nowhere'],
  ] as const
  for (const [name, value] of settings) await mustRun('git', ['config', '--file', config, name, value])
  vi.stubEnv('HOME', home)
  vi.stubEnv('XDG_CONFIG_HOME', home)
  // Not a path: then the remote's side would be run by this user too.
  const mine = board(`${(await server()).url}remote.git`)
  expect(await mine.write(await mine.read(), { a: '1' }, 'why')).toMatchObject({ files: { a: '1' } })
})

// ---------------------------------------------------------------- remotes

test('addresses that would run something are refused', async () => {
  for (const remote of ['ext::sh -c "exit"', '--upload-pack=x', '-x', 'fd::17', 'a\nb', 'transport::x'])
    await expect(board(remote).read()).rejects.toMatchObject({ code: 'remote-invalid', exit: 2 })
})

test('a remote that the clone does not have is said to be none', async () => {
  await expect(board('upstream').read()).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringContaining('has no remote "upstream"'),
  })
})

test('a path is a remote, also one that starts at the repository', async () => {
  for (const remote of [repository.remote, '../remote.git', `file://${repository.remote}`]) {
    const mine = board(remote)
    const former = await mine.read()
    expect(await mine.write(former, { [`runs/x${former.version}`]: remote }, 'why')).toBeDefined()
  }
})

test('over http, with a login in the address that nobody gets to see', async () => {
  const { url } = await server({ login: 'robot:tok/en s3cret' })
  const address = url.replace('//', `//robot:${encodeURIComponent('tok/en s3cret')}@`)
  const arguments_: string[] = []
  const doors = { write: { ...write, look: spied(write.look), execute: spied(write.execute) } }
  function spied(door: typeof write.look): typeof write.look {
    return (command) => {
      arguments_.push(...command.argv)
      return door(command)
    }
  }
  const mine = boards(`${address}remote.git`, doors).board('api', 'production')
  const written = await mine.write(await mine.read(), { a: '1' }, 'why')
  expect(await board().read()).toEqual(written)
  expect(mine.place).toBe(`${REF} of ${url}remote.git`)
  expect(arguments_.join(' ')).not.toMatch(/s3cret|en%20s3/)

  const wrong = board(`${url.replace('//', '//robot:wr0ng-s3cret@')}remote.git`).read()
  await expect(wrong).rejects.toMatchObject({ code: 'store-denied', exit: 20 })
  await expect(wrong).rejects.not.toMatchObject({ found: expect.stringContaining('s3cret') })
})

test('the clone lets in with what it was set to, as CI systems set it', async () => {
  const { url } = await server({ login: 'x:token' })
  await repository.git('remote', 'add', 'http', `${url}remote.git`)
  await expect(board('http').read()).rejects.toMatchObject({ code: 'store-denied' })
  const header = `AUTHORIZATION: basic ${Buffer.from('x:token').toString('base64')}`
  await repository.git('config', `http.${url}.extraheader`, header)
  const mine = board('http')
  expect(await mine.write(await mine.read(), { a: '1' }, 'why')).toBeDefined()
})

test('over ssh, with the command that the user has set', async () => {
  const script = join(cache.path, 'ssh')
  const log = join(cache.path, 'ssh.log')
  // Stands for an ssh that has logged in: the last argument is the command for the other side.
  await writeFile(script, `#!/bin/sh\necho "$@" >> ${log}\nfor last; do :; done\nexec /bin/sh -c "$last"\n`)
  await chmod(script, 0o755)
  vi.stubEnv('GIT_SSH_COMMAND', script)
  const mine = board(`ssh://git@git.example.com${repository.remote}`)
  const written = await mine.write(await mine.read(), { a: '1' }, 'why')
  expect(await board().read()).toEqual(written)
})

test('ssh asks nobody where no command is set, and the one of the user is left alone', async () => {
  const bin = join(cache.path, 'bin')
  const log = join(cache.path, 'ssh.log')
  await mkdir(bin)
  const script = `#!/bin/sh\necho "$0 $@" >> ${log}\nexit 255\n`
  for (const name of ['ssh', 'my-ssh']) {
    await writeFile(join(bin, name), script)
    await chmod(join(bin, name), 0o755)
  }
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
  const remote = 'git@git.example.com:acme/api.git'
  await expect(board(remote).read()).rejects.toMatchObject({ code: 'store-unreachable' })
  await repository.git('config', 'core.sshCommand', 'my-ssh')
  await repository.git('remote', 'add', 'ssh', remote)
  await expect(board('ssh').read()).rejects.toMatchObject({ code: 'store-unreachable' })
  const [first = '', second = ''] = (await mustRun('cat', [log]))
    .split('\n')
    .filter((line) => !line.includes(' -G '))
  expect(first).toContain('/ssh -oBatchMode=yes')
  expect(second).toContain('/my-ssh')
  expect(second).not.toContain('BatchMode')
})

// ---------------------------------------------------------------- what goes wrong

test('a remote that does not answer', async () => {
  const http = await server()
  await http.stop()
  await expect(board(`${http.url}remote.git`).read()).rejects.toMatchObject({
    code: 'store-unreachable',
    exit: 20,
    found: expect.stringMatching(/unable to access|connect/i),
  })
  await expect(boards(`${http.url}remote.git`).list()).rejects.toMatchObject({ code: 'store-unreachable' })
})

test('a hook of the remote that forbids it is quoted, and nothing is written', async () => {
  await hook('echo "GL-HOOK-ERR: refs/rollback is not for you" >&2; exit 1')
  const mine = board()
  await expect(mine.write(await mine.read(), { a: '1' }, 'why')).rejects.toMatchObject({
    code: 'store-denied',
    exit: 20,
    found: expect.stringContaining('refs/rollback is not for you'),
    cure: expect.stringContaining('refs/rollback/*'),
  })
  expect((await board().read()).version).toBe('')
})

test('a user who may read and not push is told so', async () => {
  const { url } = await server({ forbidden: 'git-receive-pack' })
  const mine = board(`${url}remote.git`)
  await expect(mine.write(await mine.read(), { a: '1' }, 'why')).rejects.toMatchObject({
    code: 'store-denied',
    found: expect.stringContaining('403'),
  })
})

test.each([
  ['without store.json', undefined],
  ['of a newer format', '{"format":2}'],
  ['with a store.json that is none', 'hello'],
])('a ref %s is not ours, and stays as it is', async (_, mark) => {
  if (mark !== undefined) {
    await writeFile(join(repository.path, 'store.json'), mark)
    await repository.git('add', 'store.json')
    await repository.git('commit', '--quiet', '--message=foreign')
  }
  await repository.git('push', '--quiet', 'origin', `HEAD:${REF}`)
  const before = await atRemote('rev-parse', REF)
  await expect(board().read()).rejects.toMatchObject({ code: 'store-foreign', exit: 20 })
  // Somebody who believes that it is empty does not overwrite it either.
  expect(await board().write({ version: '', files: {} }, { a: '1' }, 'why')).toBeUndefined()
  expect(await atRemote('rev-parse', REF)).toBe(before)
})

async function behindProxy() {
  const { url } = await server()
  const proxy = await startFaultProxy(url)
  started.push(proxy)
  return { proxy, mine: board(`${proxy.url}/remote.git`) }
}

const isPush = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path.includes('git-receive-pack')

test('a push whose answer was lost is found to be written', async () => {
  const { proxy, mine } = await behindProxy()
  const former = await mine.read()
  proxy.fail({ when: isPush, how: 'drop-after-request', times: 1 })
  const written = await mine.write(former, { a: '1' }, 'why')
  expect(written?.files).toEqual({ a: '1' })
  expect(await board().read()).toEqual(written)
  expect(await atRemote('rev-list', '--count', REF)).toBe('1')
})

test('a push that never arrived is sent again', async () => {
  const { proxy, mine } = await behindProxy()
  const former = await mine.read()
  proxy.fail({ when: isPush, how: 'refuse', times: 2 })
  expect(await mine.write(former, { a: '1' }, 'why')).toMatchObject({ files: { a: '1' } })
  expect(await atRemote('rev-list', '--count', REF)).toBe('1')
})

test('a push whose answer was lost, and somebody who wrote on top of it: it was written all the same', async () => {
  const { proxy, mine } = await behindProxy()
  const other = board()
  const former = await mine.read()
  let theirs: Promise<unknown> | undefined
  proxy.fail({ when: isPush, how: 'drop-after-request', times: 1 })
  proxy.fail({
    // The look after the lost answer: before it is answered, the other one writes.
    when: ({ path }) => {
      if (theirs !== undefined || !proxy.requests.some(isPush) || path.includes('receive')) return false
      theirs = other.read().then((seen) => other.write(seen, { b: '2' }, 'theirs'))
      return true
    },
    how: { status: 503 },
    times: 1,
  })
  const written = await mine.write(former, { a: '1' }, 'ours')
  await theirs
  expect(written?.files).toEqual({ a: '1' })
  expect((await board().read()).files).toEqual({ a: '1', b: '2' })
})

test('a push that was lost, and somebody else who won: it was not written', async () => {
  const { proxy, mine } = await behindProxy()
  const former = await mine.read()
  await board().write(former, { b: '2' }, 'theirs')
  proxy.fail({ when: isPush, how: 'refuse', times: 1 })
  expect(await mine.write(former, { a: '1' }, 'ours')).toBeUndefined()
})

test('where the remote is gone after a push, nobody claims to know', async () => {
  const { proxy, mine } = await behindProxy()
  const former = await mine.read()
  proxy.fail({ when: isPush, how: 'drop-after-request' })
  proxy.fail({ when: () => proxy.requests.some(isPush), how: 'refuse' })
  await expect(mine.write(former, { a: '1' }, 'why')).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringContaining('it is not known whether'),
  })
  expect((await run('git', ['-C', repository.remote, 'rev-parse', REF])).exitCode).toBe(0)
})
