import { join } from 'node:path'

import type { ReadDoor } from '../core/doors.ts'
import { EXIT } from '../core/exit.ts'
import { sha256 } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import type { Candidate } from '../core/release.ts'
import { gitRemote, REMOTE, shownUrl } from './git-remote.ts'

const NEWEST = 50

export interface GitHistory {
  /** A working tree or a bare repository. */
  repository: string
  branch?: string | undefined
}

export interface OpenedHistory extends GitHistory {
  /** Why what is known may be old. */
  stale?: string | undefined
}

/**
 * Where to look: the team's clone as it is, or, with `fetch`, a cache of our own that was brought up to date from the
 * clone's remote. The clone itself is never touched.
 */
export async function openHistory(
  history: GitHistory & { fetch?: boolean | undefined },
  cacheRoot: string,
  read: ReadDoor,
): Promise<OpenedHistory> {
  const { repository, branch } = history
  if (history.fetch !== true) return { repository, branch }
  const remote = branch?.includes('/') === true ? branch.slice(0, branch.indexOf('/')) : 'origin'
  const address = { remote, repository, to: 'fetch' } as const
  const found = await gitRemote(address, read)
  if (found === undefined)
    return { repository, branch, stale: `${repository} has no remote "${remote}" to fetch from` }
  const cache = join(cacheRoot, `${sha256(found.place).slice('sha256:'.length, 'sha256:'.length + 16)}.git`)
  const steps: [string, ...string[]][] = [
    ['git', 'init', '--quiet', '--bare', cache],
    [
      'git',
      '-C',
      cache,
      'fetch',
      '--quiet',
      '--force',
      '--prune',
      '--',
      REMOTE,
      `+refs/heads/*:refs/remotes/${remote}/*`,
      // Its default branch, for a runbook that names none.
      `+HEAD:refs/remotes/${remote}/HEAD`,
      '+refs/tags/*:refs/tags/*',
    ],
  ]
  for (const argv of steps) {
    const result = await read.look({ argv, ...found.call })
    if (result.exitCode !== 0) {
      const why = result.ended ?? shownUrl(result.stderr).trim().split('\n').at(-1)
      return {
        repository,
        branch,
        stale: `the history could not be fetched (${why}); the local clone was used`,
      }
    }
  }
  // In the cache there are only branches of the remote.
  const short = branch ?? 'HEAD'
  return { repository: cache, branch: short.startsWith(`${remote}/`) ? short : `${remote}/${short}` }
}

/** The newest commits of the branch as candidates, with their tags; newest first. */
export async function commitsOf({ repository, branch }: GitHistory, read: ReadDoor): Promise<Candidate[]> {
  const text = await git(
    read,
    repository,
    'log',
    `--max-count=${NEWEST}`,
    '--format=%H%x09%cI%x09%D%x09%s',
    branch ?? 'HEAD',
    '--',
  )
  return text.split('\n').filter(Boolean).map(candidateOf)
}

/** All commits that a short SHA or a tag may mean; none when the repository does not know it. */
export async function commitsNamed(
  text: string,
  { repository }: GitHistory,
  read: ReadDoor,
): Promise<Candidate[]> {
  // Names are passed behind `refs/tags/` or after validation, so that none of them can be an option.
  // `api@1.2.0` and `v1.2.0+build.7` are tags that release tools make.
  if (!/^[A-Za-z0-9_@][\w.@+/=-]*$/.test(text)) return []
  // An unknown name is an answer of the history; a history that cannot be read is none.
  await git(read, repository, 'rev-parse', '--git-dir')
  const names = /^[0-9a-f]{4,40}$/i.test(text) ? await disambiguate(read, repository, text) : []
  const tagged = await quietly(
    read,
    repository,
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `refs/tags/${text}^{commit}`,
  )
  const shas = [...new Set([...(tagged === undefined ? [] : [tagged.trim()]), ...names])]
  const commits = await Promise.all(shas.map((sha) => commitOf(sha, repository, read)))
  // A commit may have several tags: the one that was asked for is the one that is meant.
  return commits.map((commit) =>
    commit.release.sha === tagged?.trim() ? { ...commit, release: { ...commit.release, tag: text } } : commit,
  )
}

async function commitOf(sha: string, repository: string, read: ReadDoor): Promise<Candidate> {
  const format = '--format=%H%x09%cI%x09%D%x09%s'
  return candidateOf((await git(read, repository, 'log', '--max-count=1', format, sha, '--')).trim())
}

async function disambiguate(read: ReadDoor, repository: string, prefix: string): Promise<string[]> {
  const objects = (await quietly(read, repository, 'rev-parse', `--disambiguate=${prefix}`)) ?? ''
  const shas = objects.split('\n').filter(Boolean)
  const types = await Promise.all(shas.map((sha) => quietly(read, repository, 'cat-file', '-t', sha)))
  return shas.filter((_, index) => types[index]?.trim() === 'commit')
}

function candidateOf(row: string): Candidate {
  const [sha = '', when, refs = '', ...subject] = row.split('\t')
  const [tag, ...names] = [...refs.matchAll(/(?:^|, )tag: ([^,]+)/g)].flatMap((match) => match[1] ?? [])
  return { release: { given: sha, sha, tag }, when, names, why: subject.join('\t') }
}

async function git(read: ReadDoor, repository: string, ...args: string[]): Promise<string> {
  const result = await read.look({ argv: ['git', '-C', repository, ...args], limit: 256 * 1024 })
  if (result.exitCode === 0) return result.stdout
  throw new Problem({
    code: 'history-unreadable',
    message: `the git history in ${repository} cannot be read`,
    found: result.ended ?? result.stderr.trim().split('\n').at(-1),
    cure: 'run it in a clone of the repository that has the branch, or mend `release.history` in the runbook',
    exit: EXIT.refused,
  })
}

/** undefined when git says no: an unknown name is an answer. */
async function quietly(read: ReadDoor, repository: string, ...args: string[]): Promise<string | undefined> {
  const result = await read.look({ argv: ['git', '-C', repository, ...args] })
  return result.exitCode === 0 ? result.stdout : undefined
}
