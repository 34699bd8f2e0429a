import type { Procedure, Runbook } from '../core/model.ts'
import { type Candidate, isRelease, type Release } from '../core/release.ts'
import { blockOf, proofOf, remarkWords } from '../core/versions.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { versionsOnRecord } from './blocked.ts'
import { commitsOf, openHistory } from './git-history.ts'
import { loadAction } from './load-action.ts'
import { reasonOf } from './survey.ts'
import type { Readiness, Session } from './types.ts'

/**
 * The versions that a person may choose: last proven first, then newest first; those that are newer than what is
 * live, and then those that are blocked, come last. Throws for a history that cannot be read.
 */
async function listCandidates(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  ground: BindingGround,
  live?: Release,
): Promise<Candidate[]> {
  const [bySurface, byGit, record] = await Promise.all([
    surfaceVersions(session, procedure, ground),
    gitCandidates(session, runbook),
    versionsOnRecord(session, runbook),
  ])
  const held = bySurface.map(({ versions }) => versions.map((candidate) => enriched(candidate, byGit)))
  const lists = held.some((versions) => versions.length > 0) ? held : [byGit]
  const ordered = onceEach(lists.flatMap((list) => besideLive(list, live)))
  return marked(ordered.length > 0 ? ordered : provenOnes(record), record, live)
}

type VersionsOnRecord = Awaited<ReturnType<typeof versionsOnRecord>>

/** Where neither a surface nor a history knows any: what was proven before, newest first. */
function provenOnes(record: VersionsOnRecord): Candidate[] {
  if ('unread' in record) return []
  return record.good.flatMap(({ release, since, run }) =>
    release === undefined
      ? []
      : [{ release, when: since, names: [], why: run === undefined ? '' : `by run ${run}` }],
  )
}

function isLive({ live: said, release }: Candidate, live: Release | undefined): boolean {
  return said === true || (live !== undefined && isRelease(live.given, release))
}

/** Which of one list are newer than what runs now: they come newest first. */
function besideLive(list: readonly Candidate[], live: Release | undefined): Candidate[] {
  const liveAt = list.findIndex((candidate) => isLive(candidate, live))
  return list.map((candidate, index) => ({ ...candidate, newer: index < liveAt }))
}

/** Several surfaces hold the same version: it is newer where one of them says so. */
function onceEach(candidates: readonly Candidate[]): Candidate[] {
  const all = Map.groupBy(candidates, ({ release }) => release.sha ?? release.tag ?? release.given)
  return [...all.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const some = (key: 'newer' | 'live'): boolean => same.some((one) => one[key] === true)
    return [
      {
        ...first,
        newer: some('newer'),
        live: some('live'),
        names: [...new Set(same.flatMap(({ names }) => names))],
      },
    ]
  })
}

/** With what is on record about each, in the order in which they are offered. */
function marked(
  candidates: readonly Candidate[],
  record: VersionsOnRecord,
  live: Release | undefined,
): Candidate[] {
  const all = candidates.map((candidate) => {
    const version = { release: candidate.release, digests: [] }
    const proven = 'unread' in record ? undefined : proofOf(record, version)?.since
    const blocked = 'unread' in record ? undefined : blockOf(record, version)
    const notes = [
      proven === undefined ? '' : `proven ${proven.slice(0, 10)}`,
      candidate.newer === true ? 'newer than what is live' : '',
      candidate.why,
    ]
    return {
      ...candidate,
      live: isLive(candidate, live),
      proven,
      blocked: blocked === undefined ? undefined : remarkWords(blocked),
      why: notes.filter((note) => note !== '').join('; '),
    }
  })
  // A way back leads to what was proven, or came before.
  const isNoWayBack = ({ newer, proven }: Candidate): boolean => newer === true && proven === undefined
  return all.sort(
    (a, b) =>
      Number(a.blocked !== undefined) - Number(b.blocked !== undefined) ||
      Number(isNoWayBack(a)) - Number(isNoWayBack(b)) ||
      (b.proven ?? '').localeCompare(a.proven ?? ''),
  )
}

/** The same, where a history that cannot be read leaves what the surfaces themselves hold. */
export async function offeredCandidates(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  ground: BindingGround,
  live?: Release,
): Promise<Offered> {
  try {
    return { candidates: await listCandidates(session, runbook, procedure, ground, live) }
  } catch (error) {
    const { why, cure } = reasonOf(error)
    const [held, record] = await Promise.all([
      surfaceCandidates(session, procedure, ground),
      versionsOnRecord(session, runbook),
    ])
    return {
      candidates: marked(onceEach(besideLive(held, live)), record, live),
      candidatesUnread: { why, cure },
    }
  }
}

type Offered = Pick<Readiness, 'candidates' | 'candidatesUnread'>

/** What the surfaces themselves hold: tags of the image, revisions of the Deployment. A surface that does not answer gives none. */
export async function surfaceCandidates(
  session: Session,
  procedure: Procedure,
  ground: BindingGround,
): Promise<Candidate[]> {
  // Candidates are an offer; why a surface does not answer is said by the readiness check and by the plan.
  return (await surfaceVersions(session, procedure, ground)).flatMap(({ versions }) => versions)
}

/** The same, one for each step that has any, with why it could not be read. */
export async function surfaceVersions(
  session: Session,
  procedure: Procedure,
  ground: BindingGround,
): Promise<{ versions: Candidate[]; unread?: string | undefined }[]> {
  const secrets = session.secretsOf(ground.secrets)
  const found = await Promise.all(
    procedure.steps.map(async (step) => {
      const action = await loadAction(step.uses)
      if (action.kind !== 'set' || action.versions === undefined) return []
      try {
        const options = await bindOptions(ground, secrets, action.options, step.with)
        const [reading] = await action.surfaces(options, session.read)
        if (reading === undefined) return []
        const versions = await action.versions(options, reading.surface, session.read)
        return [{ versions, unread: 'why' in reading.seen ? reading.seen.why : undefined }]
      } catch (error) {
        return [{ versions: [], unread: reasonOf(error).why }]
      }
    }),
  )
  return found.flat()
}

async function gitCandidates(session: Session, { release }: Runbook): Promise<Candidate[]> {
  const history = release.history
  if (history === undefined || !('git' in history)) return []
  return commitsOf(await openHistory(history.git, session.cacheRoot(), session.read), session.read)
}

function enriched(candidate: Candidate, commits: Candidate[]): Candidate {
  const commit = commits.find(({ release }) =>
    isRelease(candidate.release.sha ?? candidate.release.given, release),
  )
  if (commit === undefined) return candidate
  return {
    ...candidate,
    release: {
      ...candidate.release,
      sha: commit.release.sha,
      tag: candidate.release.tag ?? commit.release.tag,
    },
    when: commit.when,
    why: commit.why,
  }
}
