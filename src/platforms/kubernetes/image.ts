import { isRelease, looksLikeSha, type Release, sameCommit } from '../../core/release.ts'

export interface ImageName {
  repository: string
  tag?: string | undefined
  digest?: string | undefined
}

export function parseImage(image: string): ImageName {
  const [name = '', digest] = image.split('@')
  const colon = name.lastIndexOf(':')
  // A colon before a slash belongs to the registry's port.
  if (colon === -1 || colon < name.lastIndexOf('/')) return { repository: name, digest }
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest }
}

/** The last part of the name and the version: `api:1.4.2`, `api@sha256:1a2b3c4d5e6f`. */
export function shortImage(image: string): string {
  const { repository, tag, digest } = parseImage(image)
  const name = repository.slice(repository.lastIndexOf('/') + 1)
  if (tag !== undefined) return `${name}:${tag}`
  return digest === undefined ? name : `${name}@${digest.slice(0, 'sha256:'.length + 12)}`
}

/** What a person would call the version in this image: the commit in its tag, the tag, the digest. */
export function releaseOfImage(image: string): Release {
  const { tag, digest } = parseImage(image)
  const given = tag ?? digest ?? image
  const sha = tag === undefined ? undefined : commitsIn(tag)[0]
  return { given, sha, tag: sha === tag ? undefined : tag }
}

/** Whether this image is that release: by tag, by a commit in the tag, or by digest. */
export function imageIsRelease(image: string, release: Release): boolean {
  const { tag, digest } = parseImage(image)
  if (digest !== undefined && isDigest(digest, release.given)) return true
  return image === release.given || (tag !== undefined && tagIsRelease(tag, release))
}

export function tagIsRelease(tag: string, release: Release): boolean {
  if (isRelease(tag, release) || commitsIn(tag).some((commit) => isRelease(commit, release))) return true
  const names = [release.given, release.tag].filter((name) => name !== undefined)
  // `v1.4.2` in git is often `1.4.2` in the registry.
  if (names.some((name) => withoutV(name) === withoutV(tag))) return true
  return shasOf(release).some((sha) => tag.toLowerCase().includes(sha))
}

/** `sha-1a2b3c4`, `main-1a2b3c4-20260102` … */
function commitsIn(tag: string): string[] {
  const words = tag.split(/[^0-9A-Za-z]+/)
  const commits = words.filter((word) => looksLikeSha(word))
  // A word of digits alone is more likely a date or a build number, but may be a commit.
  return [...commits.filter((word) => /[a-f]/i.test(word)), ...commits.filter((word) => /^\d+$/.test(word))]
}

function isDigest(digest: string, given: string): boolean {
  const hex = given.replace(/^sha256:/, '')
  const long = given.startsWith('sha256:') ? 7 : 12
  return hex.length >= long && sameCommit(digest.replace(/^sha256:/, ''), hex)
}

function shasOf({ given, sha }: Release): string[] {
  const texts = sha === undefined ? [given] : [given, sha]
  return texts.filter(looksLikeSha).map((text) => text.toLowerCase())
}

function withoutV(tag: string): string {
  return tag.replace(/^v(?=\d)/, '')
}
