import type { Candidate, Release } from '../../core/release.ts'
import { looksLikeSha } from '../../core/release.ts'
import { type RetagOptions, tagsOf } from './options.ts'

// Which of a repository's tags are versions, and how a version may be called there.

const VERSION = /^v?\d+(?:\.\d+){1,3}(?:[-+._][0-9A-Za-z.-]+)?$/
/** `20251006`, `20251006103045`: a day, not a commit. */
const STAMP = /^20\d{6}(?:\d{6})?$/

/** Where a release is looked for, in this order. */
export function tagsFor(release: Release): string[] {
  const sha = release.sha ?? (looksLikeSha(release.given) ? release.given : undefined)
  const short = sha?.slice(0, 7)
  const names = [sha, short, short === undefined ? undefined : `sha-${short}`, release.tag, release.given]
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[]
}

/** Versions first, the highest first; then commits, the last listed first (registries know no dates). */
export function candidatesAmong(tags: readonly string[], ours: (tag: string) => boolean): Candidate[] {
  const others = tags.filter((tag) => !ours(tag))
  const versions = others
    .filter((tag) => VERSION.test(tag) && !STAMP.test(tag))
    .map((tag) => ({ tag, numbers: (tag.match(/\d+/g) ?? []).map(Number) }))
    .sort(byVersion)
  return [...versions.map(({ tag }) => versionCandidate(tag)), ...commits(others).reverse()]
}

/** The tags that somebody may have meant, the nearest first. */
export function nearestTags(
  wanted: string,
  tags: readonly string[],
  ours: (tag: string) => boolean,
  count = 5,
): string[] {
  const candidates = candidatesAmong(tags, ours).map(({ names: [name = ''] }) => name)
  const bare = wanted.replace(/^sha-/, '')
  return candidates
    .map((tag, index) => ({ tag, index, common: commonStart(bare, tag.replace(/^sha-/, '')) }))
    .sort((a, b) => b.common - a.common || a.index - b.index)
    .slice(0, count)
    .map(({ tag }) => tag)
}

/** A backup's name with its stamp forgotten, so that those of earlier runs are known too. */
export function backupNames(template: string): (tag: string) => boolean {
  const [start = '', ...rest] = template.split(/\$\{[^}]*\}|\d{6,}/)
  const end = rest.pop()
  // Not by a regular expression: with several references in the name, one would try all ways to share a tag among them.
  return (tag) => {
    if (!tag.startsWith(start)) return false
    if (end === undefined) return tag.length === start.length || tag[start.length] === '-'
    let at = start.length
    for (const part of rest) {
      const found = tag.indexOf(part, at + 1)
      if (found <= at) return false
      at = found + part.length
    }
    return endsWithin(tag, end, at + 1)
  }
}

/** `end` somewhere behind `from`, as the last part or before a dash. */
function endsWithin(tag: string, end: string, from: number): boolean {
  if (end === '') return from <= tag.length
  for (let at = tag.indexOf(end, from); at !== -1; at = tag.indexOf(end, at + 1)) {
    const next = at + end.length
    if (next === tag.length || tag[next] === '-') return true
  }
  return false
}

function versionCandidate(tag: string): Candidate {
  return { release: { given: tag, tag }, names: [tag], why: 'image present' }
}

interface Commit {
  sha: string
  names: string[]
}

/** `abc1234`, `sha-abc1234` and the full SHA are one commit. */
function commits(tags: readonly string[]): Candidate[] {
  const spelled = tags
    .map((name) => ({ name, sha: name.replace(/^sha-/, '').toLowerCase() }))
    .filter(({ sha }) => looksLikeSha(sha) && !STAMP.test(sha))
  const lengths = [...new Set(spelled.map(({ sha }) => sha.length))].sort((a, b) => a - b)
  const known = new Map<string, Commit>()
  // By each beginning that is a spelling's length: looking through all those that begin alike would be quadratic.
  const longer = new Map<string, Commit>()
  const byStart = new Map<string, Commit[]>()
  for (const { name, sha } of spelled) {
    const starts = lengths.filter((length) => length <= sha.length).map((length) => sha.slice(0, length))
    const shorter = starts.find((start) => known.has(start))
    const commit = (shorter === undefined ? undefined : known.get(shorter)) ?? longer.get(sha)
    // Seven digits may be those of two commits: then both stay, and a target that fits both is refused.
    const one = commit ?? { sha, names: [] }
    if (commit === undefined) byStart.set(sha.slice(0, 7), withOne(byStart.get(sha.slice(0, 7)), one))
    one.names.push(name)
    if (sha.length < one.sha.length) continue
    known.delete(one.sha)
    known.set(sha, one)
    one.sha = sha
    for (const start of starts) if (!longer.has(start)) longer.set(start, one)
  }
  return [...byStart.values()].flat().map(({ sha, names }) => ({
    release: { given: names[0] ?? sha, sha },
    names,
    why: 'image present',
  }))
}

function withOne<T>(list: T[] | undefined, one: T): T[] {
  if (list === undefined) return [one]
  list.push(one)
  return list
}

/** Said where there are more tags than were read. */
export function onlyFirst(tags: readonly string[]): string {
  return `only the first ${tags.length} tags were read`
}

interface Version {
  tag: string
  numbers: number[]
}

function byVersion(left: Version, right: Version): number {
  for (let at = 0; at < Math.max(left.numbers.length, right.numbers.length); at++) {
    const difference = (right.numbers[at] ?? 0) - (left.numbers[at] ?? 0)
    if (difference !== 0) return difference
  }
  // 1.2.3 is newer than 1.2.3-rc.
  return left.tag.length - right.tag.length
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** Tags that this step itself writes are no versions to return to. */
export function isOurs(options: RetagOptions): (tag: string) => boolean {
  const managed = new Set(tagsOf(options))
  const isBackup = options.backup === undefined ? undefined : backupNames(options.backup)
  return (tag) => managed.has(tag) || isBackup?.(tag) === true
}
