import { EXIT } from '../core/exit.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { Candidate, Release } from '../core/release.ts'
import { returnable, sameVersion } from '../core/versions.ts'
import { surfaceCandidates } from './candidates.ts'
import { commitsNamed, type GitHistory, openHistory } from './git-history.ts'
import { groundOf, planHead } from './plan-ground.ts'
import { readVersions } from './store/ledger.ts'
import { isAmong, isFullSha, resolveTarget } from './target.ts'
import type { Session } from './types.ts'

interface FoundTarget {
  target: Release
  /** Why the history that it was found in may be old. */
  stale?: string | undefined
  /** Whether somebody who was asked knows it; undefined: it was certain without asking, or nobody could answer. */
  known?: boolean | undefined
}

/**
 * What a person calls a version: `last-proven`, or a name that the history or the surfaces know. `notTo`: what
 * `last-proven` does not mean, since it is what is to be left.
 */
export async function findTarget(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  target: string,
  notTo: readonly Release[] = [],
): Promise<FoundTarget> {
  if (target === 'last-proven') return { target: await lastProven(session, runbook, notTo), known: true }
  const history = runbook.release.history
  if (history !== undefined && 'git' in history) {
    const { commits, stale } = await inHistory(session, history.git, target)
    const known = commits.length > 0 || (stale === undefined ? false : undefined)
    if (known === true || isFullSha(target)) return { target: resolveTarget(target, commits), stale, known }
  }
  if (isFullSha(target)) return { target: resolveTarget(target, []) }
  // Without a history of its own the surfaces are asked; for that a plan's names are needed, with nothing in them yet.
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), { given: target }))
  const candidates: Candidate[] = await surfaceCandidates(session, procedure, ground)
  return { target: resolveTarget(target, candidates), known: isAmong(target, candidates) }
}

/** A full SHA is certain: for its tag the clone is good enough, and nobody waits for a remote or a mended clone. */
async function inHistory(
  session: Session,
  history: GitHistory & { fetch?: boolean | undefined },
  target: string,
): Promise<{ commits: Candidate[]; stale?: string | undefined }> {
  const fetch = history.fetch === true && !isFullSha(target)
  try {
    const opened = await openHistory({ ...history, fetch }, session.cacheRoot(), session.read)
    return { commits: await commitsNamed(target, opened, session.read), stale: opened.stale }
  } catch (error) {
    if (isFullSha(target) && error instanceof Problem) return { commits: [], stale: sentenceOf(error) }
    throw error
  }
}

async function lastProven(
  session: Session,
  { service, environment }: Runbook,
  notTo: readonly Release[],
): Promise<Release> {
  const board = session.store.board(service, environment)
  const [newest] = returnable(await readVersions(board))
    .filter((version) => notTo.every((release) => !sameVersion(version, { release, digests: [] })))
    .flatMap(({ release }) => release ?? [])
  if (newest !== undefined) {
    const { sha, tag } = newest
    // What was typed then may mean nothing by now: a revision gets a new number when it is returned to.
    return { given: sha ?? tag ?? newest.given, sha, tag }
  }
  throw new Problem({
    code: 'nothing-proven',
    message: `no ${notTo.length === 0 ? '' : 'other '}version of ${service} in ${environment} is on record that was proven, has stayed well in its bake, and is not blocked`,
    found: `store: ${board.place}`,
    cure: 'name the version: rollback versions lists the candidates',
    exit: EXIT.refused,
  })
}
