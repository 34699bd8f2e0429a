import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openDoors } from '../src/io/doors.ts'
import type { Board, Snapshot } from '../src/runtime/store/board.ts'
import { gitBoards } from '../src/runtime/store/git-board.ts'
import { startGitServer } from '../test/helpers/git-http.ts'
import { mustRun } from '../test/helpers/process.ts'
import { measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'

const WRITE = 'one write to the shared store'
const READ = 'one read of what others wrote'
const PUSH = 'git push of one commit'

/** As large as the lock and a short journal together. */
const TEXT = 'x'.repeat(4096)

export const gitStore: Benchmark = { run }

async function run(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rollback-bench-'))
  const server = await startGitServer(folder)
  const doors = openDoors()
  try {
    const bare = join(folder, 'remote.git')
    const clone = join(folder, 'clone')
    const remote = `${server.url}remote.git`
    await mustRun('git', ['init', '--quiet', '--bare', bare])
    await mustRun('git', ['clone', '--quiet', remote, clone])
    const boardNamed = (name: string): Board =>
      gitBoards({ remote, repository: folder, cacheRoot: () => join(folder, 'cache'), ...doors }).board(
        'api',
        name,
      )
    const ours = writer(boardNamed('written'))
    const theirs = writer(boardNamed('read'))
    const reader = boardNamed('read')
    const measured = await measure(
      [
        { name: PUSH, prepare: () => commit(clone), run: () => push(clone) },
        { name: WRITE, run: ours },
        { name: READ, prepare: theirs, run: async () => void (await reader.read()) },
      ],
      { rounds: 15, warmUps: 2 },
    )
    return {
      title: 'Shared store',
      about:
        'One ref of a real git remote (`git http-backend` on loopback): a write is a commit that is pushed with a lease, against the push of a commit that was made before. A read fetches what another process has written.',
      measured,
      ratios: [
        ratio(measured, WRITE, PUSH, { aim: 1.5, limit: 2.5 }),
        ratio(measured, READ, PUSH, { limit: 2.5 }),
      ],
      notMeasured: [
        'The way to a real host, which both sides pay once: TLS, or the login of ssh.',
        'Hooks of the remote, and remotes with many refs.',
      ],
    }
  } finally {
    await doors.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes on top of what it wrote before. */
function writer(board: Board): () => Promise<void> {
  let former: Snapshot = { version: '', files: {} }
  let count = 0
  return async () => {
    count += 1
    const written = await board.write(former, { 'events.jsonl': `${count}${TEXT}` }, 'bench')
    if (written === undefined) throw new Error('It was not written')
    former = written
  }
}

let commits = 0

async function commit(clone: string): Promise<void> {
  commits += 1
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgsign=false']
  await mustRun('git', [
    '-C',
    clone,
    ...who,
    'commit',
    '--quiet',
    '--allow-empty',
    `--message=${commits} ${TEXT}`,
  ])
}

async function push(clone: string): Promise<void> {
  await mustRun('git', ['-C', clone, 'push', '--quiet', 'origin', 'HEAD:refs/heads/bench'])
}
