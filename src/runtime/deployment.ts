import type { Deployed } from '../core/conditions/verdict.ts'
import type { Measurement } from '../core/source.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import { momentOf } from '../core/moment.ts'
import type { Plan } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import type { BindingGround } from './bind-options.ts'
import { surfaceVersions } from './candidates.ts'
import { noAnswer, readingWithin, SAMPLE_LIMIT } from './in-time.ts'
import { describeMeasurement, liveOf } from './measure.ts'
import type { Session } from './types.ts'

// When the version that runs now was deployed: by a signal that the runbook names for it, else by the surfaces themselves.

export interface ProcedureGround {
  session: Session
  runbook: Runbook
  procedure: Procedure
  ground: BindingGround
}

interface DeploymentGround extends ProcedureGround {
  /** A signal, by its name. */
  measured(name: string): Promise<Measurement>
}

export async function findDeployment(at: DeploymentGround): Promise<Deployed> {
  const { live } = at.runbook.release
  return live?.deployed === undefined ? bySurfaces(at) : bySignals(at, live.deployed, live.signal)
}

async function bySignals(
  { session, measured }: DeploymentGround,
  deployed: string,
  live: string,
): Promise<Deployed> {
  const [time, running] = await Promise.all([measured(deployed), measured(live)])
  const last = time.kind === 'samples' ? time.samples.at(-1) : undefined
  if (last === undefined || last.failing !== undefined)
    return { unknown: `${deployed}: ${describeMeasurement(time)}` }
  const moment = momentOf(last.value, session.read.now())
  if (typeof moment === 'object') return { unknown: `${deployed}: ${moment.unknown}` }
  const found = liveOf(running)
  const version = 'release' in found ? releaseName(found.release) : undefined
  return { at: moment, version, how: 'deployed' }
}

/** Nobody was asked that would know it. */
export const UNTOLD: Deployed = {
  unknown:
    'nothing says when the live version was deployed: name a signal that does, release: { live: { deployed: … } }',
}

/** Of several surfaces, the one that was changed last. */
async function bySurfaces({ session, procedure, ground }: DeploymentGround): Promise<Deployed> {
  const surfaces = await readingWithin(
    SAMPLE_LIMIT,
    session.read,
    (read) => surfaceVersions({ ...session, read }, procedure, ground),
    undefined,
  )
  if (surfaces === undefined) return { unknown: `the surfaces gave ${noAnswer(SAMPLE_LIMIT)}` }
  const candidates = surfaces.flatMap(({ versions }) => versions)
  const live = candidates.flatMap(({ live, when, release }) => {
    const at = Date.parse(when ?? '')
    return live === true && !Number.isNaN(at) ? [{ at, version: releaseName(release) }] : []
  })
  const [last] = live.sort((a, b) => b.at - a.at)
  if (last !== undefined) return { ...last, how: 'made or deployed' }
  const unread = surfaces.find((one) => one.unread !== undefined)?.unread
  return unread === undefined ? UNTOLD : { unknown: `when it was deployed could not be read: ${unread}` }
}

const NOT_KNOWN_THEN = {
  unknown: 'when the version was deployed that was live could not be found out when this was planned',
}

/** As it was found out when the plan was made: afterwards another version is live. */
export function deployedBy({ deployed }: Pick<Plan, 'deployed'>): { at: number } | { unknown: string } {
  return deployed === undefined ? NOT_KNOWN_THEN : { at: Date.parse(deployed) }
}
