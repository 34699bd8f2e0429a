import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { type Candidate, looksLikeSha, type Release, releaseName } from '../core/release.ts'

/** A full SHA names one commit for certain: nothing has to be looked up for it. */
export function isFullSha(text: string): boolean {
  return /^[0-9a-f]{40}$/i.test(text)
}

/** What a version may be called; it ends up in command lines and addresses. `revision:3`, `api@1.2.0+b`, `release/4`. */
const NAME = /^[A-Za-z0-9_@][\w.@+/=:-]{0,254}$/

export function isVersionName(text: string): boolean {
  return NAME.test(text)
}

/** The release that a person means; refuses a name that fits several. */
export function resolveTarget(text: string, candidates: readonly Candidate[]): Release {
  if (!isVersionName(text)) throw notAName(text)
  if (isFullSha(text)) return { given: text, sha: text.toLowerCase(), tag: tagOf(text, candidates) }
  const exact = calledSo(text, candidates)
  const matches = exact.length > 0 ? exact : beginningSo(text, candidates)
  const distinct = [
    ...new Map(matches.map((match) => [match.release.sha ?? match.release.given, match])).values(),
  ]
  const [only, ...others] = distinct
  if (only !== undefined && others.length > 0) throw ambiguous(text, distinct)
  if (only !== undefined) return { ...only.release, given: exact.length > 0 ? text : only.release.given }
  return looksLikeSha(text) ? { given: text, sha: text.toLowerCase() } : { given: text, tag: text }
}

/** Whether one of them is meant by this name. */
export function isAmong(text: string, candidates: readonly Candidate[]): boolean {
  return calledSo(text, candidates).length > 0 || beginningSo(text, candidates).length > 0
}

function calledSo(text: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ release, names }) =>
    [release.given, release.sha, release.tag, ...names].includes(text),
  )
}

function beginningSo(text: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ release }) => startsWith(release, text))
}

/** Shorter beginnings than 4 digits are too likely to fit by chance. */
function startsWith({ sha }: Release, text: string): boolean {
  return /^[0-9a-f]{4,40}$/i.test(text) && (sha?.startsWith(text.toLowerCase()) ?? false)
}

function tagOf(sha: string, candidates: readonly Candidate[]): string | undefined {
  return candidates.find(({ release }) => release.sha === sha.toLowerCase())?.release.tag
}

function notAName(text: string): Problem {
  return new Problem({
    code: 'target-invalid',
    message: `${JSON.stringify(text)} cannot be the name of a version`,
    cure: 'name a commit, a tag, or another name that `rollback plan` lists',
    exit: EXIT.usage,
  })
}

function ambiguous(text: string, matches: Candidate[]): Problem {
  const list = matches
    .slice(0, 10)
    .map(
      ({ release, when, why }) =>
        `  ${release.sha ?? releaseName(release)}  ${[when, why].filter(Boolean).join('  ')}`,
    )
  return new Problem({
    code: 'target-ambiguous',
    message: `"${text}" fits ${matches.length} versions`,
    found: `\n${list.join('\n')}${matches.length > 10 ? `\n  and ${matches.length - 10} more` : ''}`,
    cure: 'give more digits, or the whole name',
    exit: EXIT.refused,
  })
}
