/** A version of the service: what was typed, and what it is known as. */
export interface Release {
  /** As given by a person, a live endpoint or a surface: `abc1234`, `v1.2.3`, `revision:3`. */
  given: string
  /** The full commit SHA (40 hex digits) where it is known, else as much of it as is known (at least 7). */
  sha?: string | undefined
  /** The tag (`v1.2.3`) where it has one. */
  tag?: string | undefined
}

/** A version that a person may choose to return to. */
export interface Candidate {
  release: Release
  /** ISO 8601, UTC; when this version was made or last deployed. */
  when?: string | undefined
  /** Other names under which it can be asked for, such as `revision:3`. */
  names: string[]
  /** Why it may be good: `image present`, `proven 2 days ago`. */
  why: string
  /** It is what runs now. */
  live?: boolean | undefined
  /** It came after what runs now, as far as their order tells: no way back. */
  newer?: boolean | undefined
  /** When it was last proven; ISO 8601, UTC. */
  proven?: string | undefined
  /** By whom it was blocked, when and why. */
  blocked?: string | undefined
}

/** A hash, in full (40 digits, or 64 of SHA-256) or shortened; 41 to 63 digits are one with something behind it. */
const HEX = /^(?:[0-9a-f]{7,40}|[0-9a-f]{64})$/i
const WHOLE_SHA = 40

export function looksLikeSha(text: string): boolean {
  return HEX.test(text) && text.length <= WHOLE_SHA
}

/** Two spellings of one commit: equal, or one a prefix of the other and at least 7 digits long. */
export function sameCommit(a: string, b: string): boolean {
  const left = a.toLowerCase()
  const right = b.toLowerCase()
  if (left === right) return left !== ''
  if (!HEX.test(left) || !HEX.test(right) || isBuild(left, right)) return false
  return left.startsWith(right) || right.startsWith(left)
}

/** Digits alone, as of builds, `20261127` and `2026112701`, are no beginnings of one another; of a whole SHA they may be. */
function isBuild(...names: string[]): boolean {
  return names.every((name) => /^\d+$/.test(name) && name.length < WHOLE_SHA)
}

/** Whether what a surface or an endpoint reports is this release. */
export function isRelease(reported: string, release: Release): boolean {
  if (reported === '') return false
  if (reported === release.given || reported === release.tag) return true
  if (release.sha !== undefined && sameCommit(reported, release.sha)) return true
  return sameCommit(reported, release.given)
}

export function releaseName(release: Release): string {
  const sha = release.sha === undefined ? undefined : shortSha(release.sha)
  if (release.tag !== undefined && sha !== undefined) return `${release.tag} (${sha})`
  return release.tag ?? sha ?? release.given
}

/** Digits alone may be a build: of those each one tells it from others. */
function shortSha(sha: string): string {
  return isBuild(sha) ? sha : sha.slice(0, 7)
}

/** Whether a person may choose it from a list. */
export function isChoice({ live, blocked }: Candidate): boolean {
  return live !== true && blocked === undefined
}
