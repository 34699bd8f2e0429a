import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { tempFolder } from './folder.ts'
import { mustRun } from './process.ts'
import { type Stoppable, stoppable } from './stoppable.ts'

const FIRST_COMMIT_AT = Date.UTC(2026, 0, 1) / 1000
const HOUR = 3600

interface RepositoryOptions {
  readonly commits: number
  /** Tag name → index of its commit (0 is the oldest). */
  readonly tags?: Readonly<Record<string, number>>
}

interface TestRepository extends Stoppable {
  /** A clone with a work tree, on `main`. */
  readonly path: string
  /** The bare repository that is its `origin`. */
  readonly remote: string
  /** Full SHAs, oldest first; the same in every run. */
  readonly commits: readonly string[]
  /** Runs git in the work tree and gives its trimmed output. */
  git(...args: readonly string[]): Promise<string>
}

/** A repository whose SHAs depend on nothing but `options`, so that tests may name them. */
export async function makeRepository(options: RepositoryOptions): Promise<TestRepository> {
  const folder = await tempFolder('git')
  const path = join(folder.path, 'work')
  const remote = join(folder.path, 'remote.git')
  const marks = join(folder.path, 'marks')
  await git(folder.path, ['init', '--quiet', '--bare', '--initial-branch=main', remote])
  await git(remote, ['fast-import', '--quiet', `--export-marks=${marks}`], history(options))
  await git(folder.path, ['clone', '--quiet', remote, path])
  for (const [name, value] of SETTINGS) await git(path, ['config', name, value])
  const commits = (await readFile(marks, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.slice(1).split(' '))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, sha = '']) => sha)
  return stoppable(
    { path, remote, commits, git: (...args: readonly string[]) => git(path, args) },
    folder.stop,
  )
}

/** Whoever commits in the clone needs a name, and must not need a key. */
const SETTINGS = [
  ['user.name', 'Test'],
  ['user.email', 'test@example.com'],
  ['commit.gpgsign', 'false'],
  ['tag.gpgsign', 'false'],
] as const

/** One fast-import stream instead of a `git commit` each: a thousand commits cost as much as one. */
function history({ commits, tags = {} }: RepositoryOptions): string {
  const lines: string[] = []
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}`
  for (let index = 0; index < commits; index += 1) {
    lines.push(
      'commit refs/heads/main',
      `mark :${index + 1}`,
      `committer Test <test@example.com> ${FIRST_COMMIT_AT + index * HOUR} +0000`,
      data(`Release ${index + 1}`),
      'M 100644 inline release.txt',
      data(`${index + 1}\n`),
    )
  }
  for (const [tag, index] of Object.entries(tags))
    lines.push(`reset refs/tags/${tag}`, `from :${index + 1}`, '')
  return `${lines.join('\n')}\n`
}

/** Without the settings of the machine: no hooks, no signing, no other default branch. */
async function git(cwd: string, args: readonly string[], input?: string): Promise<string> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const output = await mustRun('git', args, { cwd, env, ...(input === undefined ? {} : { input }) })
  return output.trim()
}
