import { looksLikeSha, releaseName, type Release, sameCommit } from './release.ts'
import type { Who } from './run/events.ts'

// What is on record about versions of a service: which were proven, and which must not come back.

/** What a version is known by. */
export interface KnownVersion {
  release?: Release | undefined
  /** Content digests by which it is known elsewhere: `sha256:<hex>` of its image. */
  digests: readonly string[]
}

/** Who said so, when and why. */
export interface Remark {
  /** ISO 8601, UTC. */
  since: string
  by: Who
  reason?: string | undefined
  /** The run that it came of. */
  run?: string | undefined
}

export interface VersionRecord extends KnownVersion, Remark {}

export interface BlockedVersion extends VersionRecord {
  /** It is blocked no longer. The record stays: who asks later sees both. */
  lifted?: Remark | undefined
}

export interface Versions {
  /** Newest first. */
  good: readonly VersionRecord[]
  /** Newest first. */
  blocked: readonly BlockedVersion[]
}

export const NO_VERSIONS: Versions = { good: [], blocked: [] }

/** So many are kept. What is blocked is kept without a limit: it must never expire silently. */
const LONGEST = 100

/** By content, by commit; by tag only where neither names a commit: tags move. */
export function sameVersion(a: KnownVersion, b: KnownVersion): boolean {
  if (a.digests.some((digest) => b.digests.includes(digest))) return true
  if (a.release === undefined || b.release === undefined) return false
  return sameRelease(a.release, b.release)
}

function sameRelease(a: Release, b: Release): boolean {
  if (a.sha !== undefined && b.sha !== undefined) return sameCommit(a.sha, b.sha)
  // What was typed or reported may be a commit as well.
  const [left, right] = [a.sha ?? a.given, b.sha ?? b.given]
  if (looksLikeSha(left) && sameCommit(left, right)) return true
  if (a.sha !== undefined || b.sha !== undefined) return false
  const names = lastingNames(b)
  return lastingNames(a).some((name) => names.includes(name))
}

/** `revision:3` is another version after the next rollout. */
function lastingNames({ tag, given }: Release): string[] {
  return [tag, given].flatMap((name) =>
    name === undefined || name === '' || name.includes(':') ? [] : [name],
  )
}

/** The record that blocks this version; undefined: nothing does. */
export function blockOf({ blocked }: Versions, version: KnownVersion): BlockedVersion | undefined {
  return blocked.find((one) => one.lifted === undefined && sameVersion(one, version))
}

/** Whether anything was ever written down about it. */
export function isOnRecord({ good, blocked }: Versions, version: KnownVersion): boolean {
  return [...good, ...blocked].some((one) => sameVersion(one, version))
}

/** The newest proof of this version. */
export function proofOf({ good }: Versions, version: KnownVersion): VersionRecord | undefined {
  return good.find((one) => sameVersion(one, version))
}

/** Newest first. A blocked one is none to return to, however good it was. */
export function returnable(versions: Versions): VersionRecord[] {
  return versions.good.filter((one) => blockOf(versions, one) === undefined)
}

export function withGood(versions: Versions, version: VersionRecord): Versions {
  const others = versions.good.filter((one) => !sameVersion(one, version))
  return { ...versions, good: [version, ...others].slice(0, LONGEST) }
}

/** What a run has proven is nothing to return to any more: it did not stay well. */
export function withoutProof(versions: Versions, run: string): Versions {
  return { ...versions, good: versions.good.filter((one) => one.run !== run) }
}

/** Whoever blocked it first stays on record. */
export function withBlocked(versions: Versions, version: VersionRecord): Versions {
  if (blockOf(versions, version) !== undefined) return versions
  const { blocked } = versions
  const lifted = blocked.filter((one) => one.lifted !== undefined)
  const dropped = new Set(lifted.slice(LONGEST))
  return { ...versions, blocked: [version, ...blocked.filter((one) => !dropped.has(one))] }
}

export function withoutBlock(versions: Versions, version: KnownVersion, lifted: Remark): Versions {
  const blocked = versions.blocked.map((one) =>
    one.lifted === undefined && sameVersion(one, version) ? { ...one, lifted } : one,
  )
  return { ...versions, blocked }
}

/** `since 2026-11-22 03:15 UTC by ana: checkout fails (run 20261122-031500-7f3a)` */
export function remarkWords({ since, by, reason, run }: Remark): string {
  const when = `${since.slice(0, 16).replace('T', ' ')} UTC`
  const why = reason === undefined ? '' : `: ${reason}`
  return `since ${when} by ${by.name}${why}${run === undefined ? '' : ` (run ${run})`}`
}

export function versionName({ release, digests }: KnownVersion): string {
  const name = release === undefined ? '' : releaseName(release)
  return name === '' ? (digests[0] ?? 'a version without a name') : name
}
