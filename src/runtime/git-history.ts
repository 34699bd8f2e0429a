import type { ReadDoor } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import type { Candidate } from '../core/release.ts'

const NEWEST = 50

export interface GitHistory {
  repository: string
  branch?: string | undefined
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
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(text)) return []
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
  return Promise.all(
    shas.map(async (sha) =>
      candidateOf(
        (
          await git(read, repository, 'log', '--max-count=1', '--format=%H%x09%cI%x09%D%x09%s', sha, '--')
        ).trim(),
      ),
    ),
  )
}

async function disambiguate(read: ReadDoor, repository: string, prefix: string): Promise<string[]> {
  const objects = (await quietly(read, repository, 'rev-parse', `--disambiguate=${prefix}`)) ?? ''
  const shas = objects.split('\n').filter(Boolean)
  const types = await Promise.all(shas.map((sha) => quietly(read, repository, 'cat-file', '-t', sha)))
  return shas.filter((_, index) => types[index]?.trim() === 'commit')
}

function candidateOf(row: string): Candidate {
  const [sha = '', when, refs = '', ...subject] = row.split('\t')
  const tag = /(?:^|, )tag: ([^,]+)/.exec(refs)?.[1]
  return { release: { given: sha, sha, tag }, when, names: [], why: subject.join('\t') }
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
