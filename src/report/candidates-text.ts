import { type Candidate, isChoice, type Release, releaseName } from '../core/release.ts'
import { hanging, table } from './layout.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'

/** A numbered list, in the order given: the last proven first. The live one and blocked ones are marked instead. */
export function candidateLines(candidates: readonly Candidate[], look: Look): string[] {
  if (candidates.length === 0) return hanging('  ', 'none was found: name the version with --target', look)
  let number = 0
  const name = distinctNames(candidates)
  const rows = candidates.map((candidate) => [
    isChoice(candidate) ? String(++number) : candidate.blocked === undefined ? 'live' : 'blocked',
    safeLine(name(candidate.release)),
    safeLine(otherNames(candidate).join(', ')),
    candidate.when === undefined ? '' : minute(candidate.when),
    safeLine(whyWords(candidate)),
  ])
  const used = [0, 1, 2, 3, 4].filter((column) => rows.some((row) => row[column] !== ''))
  const head = ['', 'VERSION', 'ALSO', 'WHEN (UTC)', 'WHY']
  return table(
    used.map((column) => head[column] ?? ''),
    rows.map((row) => used.map((column) => row[column] ?? '')),
    look,
  )
}

function whyWords({ live, blocked, why }: Candidate): string {
  if (blocked === undefined) return why
  return live === true ? `live, and blocked ${blocked}` : `blocked ${blocked}`
}

/** As short as people like them, as long as it takes to tell them apart. */
function distinctNames(candidates: readonly Candidate[]): (release: Release) => string {
  const count = new Map<string, number>()
  for (const { release } of candidates)
    count.set(releaseName(release), (count.get(releaseName(release)) ?? 0) + 1)
  return (release) => {
    const short = releaseName(release)
    return (count.get(short) ?? 0) > 1 ? (release.sha ?? release.given) : short
  }
}

/** Names that do not only repeat the version. */
function otherNames({ release, names }: Candidate): string[] {
  const said = new Set([release.sha, release.tag, release.given])
  return names.filter((name) => !said.has(name))
}

/** `2026-11-22 03:15` of an ISO time. */
function minute(when: string): string {
  const time = new Date(when)
  return Number.isNaN(time.getTime()) ? safeLine(when) : time.toISOString().slice(0, 16).replace('T', ' ')
}
