import type { Procedure, Runbook } from '../core/model.ts'
import { type Candidate, isRelease, type Release } from '../core/release.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { commitsOf, openHistory } from './git-history.ts'
import { loadAction } from './load-action.ts'
import { provenVersions } from './proven.ts'
import type { Session } from './types.ts'

/** The versions that a person may choose: last proven first, then newest first; the live one is marked. */
export async function listCandidates(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  ground: BindingGround,
  live?: Release,
): Promise<Candidate[]> {
  const [bySurface, byGit, proven] = await Promise.all([
    surfaceCandidates(session, procedure, ground),
    gitCandidates(session, runbook),
    provenVersions(session.store, runbook.service, runbook.environment),
  ])
  const merged = bySurface.length > 0 ? bySurface.map((candidate) => enriched(candidate, byGit)) : byGit
  const marked = merged.map((candidate) => {
    const when = proven.find((one) => isRelease(one.sha ?? one.given, candidate.release))?.when
    const isLive = candidate.live === true || (live !== undefined && isRelease(live.given, candidate.release))
    return {
      ...candidate,
      live: isLive,
      proven: when,
      why: when === undefined ? candidate.why : `proven ${when.slice(0, 10)}; ${candidate.why}`,
    }
  })
  return marked
    .sort((a, b) => (b.proven ?? '').localeCompare(a.proven ?? ''))
    .map(({ proven: _, ...candidate }) => candidate)
}

/** What the surfaces themselves hold: tags of the image, revisions of the Deployment. A surface that does not answer gives none. */
export async function surfaceCandidates(
  session: Session,
  procedure: Procedure,
  ground: BindingGround,
): Promise<Candidate[]> {
  const secrets = session.secretsOf(ground.secrets)
  const lists = await Promise.all(
    procedure.steps.map(async (step) => {
      const action = await loadAction(step.uses)
      if (action.kind !== 'set' || action.versions === undefined) return []
      try {
        const options = await bindOptions(ground, secrets, action.options, step.with)
        const [reading] = await action.surfaces(options, session.read)
        return reading === undefined ? [] : await action.versions(options, reading.surface, session.read)
      } catch {
        // Candidates are an offer; why a surface does not answer is said by the readiness check and by the plan.
        return []
      }
    }),
  )
  return lists.flat()
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
