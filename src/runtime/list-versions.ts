import type { Measurement } from '../core/source.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import type { LiveVersion } from '../core/plan/types.ts'
import type { Readiness } from '../core/plan/readiness.ts'
import type { Versions } from '../core/versions.ts'
import { basisOf } from './basis.ts'
import { offeredCandidates } from './candidates.ts'
import type { ProcedureGround } from './deployment.ts'
import { inFolderOf } from './in-folder.ts'
import { asItIs } from './look-backs.ts'
import { liveVersion } from './make-plan.ts'
import { lastOf, measuredOnce } from './measure-once.ts'
import { groundOf, planHead } from './plan-ground.ts'
import { readVersions } from './store/ledger.ts'
import type { Session } from './types.ts'

export interface ListedVersions extends Pick<Readiness, 'candidates' | 'candidatesUnread'> {
  live: LiveVersion
  /** All that is on record, also of versions that are no candidates any more. */
  record: Versions
}

/** What one could return to, with what is on record about each. Throws where the record cannot be read. */
export async function listVersions(
  outer: Session,
  runbook: Runbook,
  procedure: Procedure,
): Promise<ListedVersions> {
  const session = inFolderOf(runbook.path, outer)
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), { given: '' }))
  const record = await readVersions(session.store.board(runbook.service, runbook.environment))
  const live = liveVersion(runbook, await measuredLive({ session, runbook, procedure, ground }))
  const release = 'release' in live ? live.release : undefined
  return { live, record, ...(await offeredCandidates(session, runbook, procedure, ground, release)) }
}

/** The other signals tell nothing here, and may be slow. */
async function measuredLive(at: ProcedureGround): Promise<Record<string, Measurement>> {
  const signal = at.runbook.release.live?.signal
  if (signal === undefined) return {}
  const basis = basisOf({ ...at, secrets: at.session.secretsOf(at.runbook.secrets) })
  return lastOf(await measuredOnce(basis, [asItIs(signal)]))
}
