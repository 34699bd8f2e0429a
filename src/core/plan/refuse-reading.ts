import type { Reading } from '../contract.ts'
import type { RefusalReason } from './outcome.ts'

/** Why nothing may be changed on a surface that reads like this: the same for a run and for its undo. */
export function refusedReading({
  seen,
  busy,
  ownedBy,
}: Pick<Reading<unknown>, 'seen' | 'busy' | 'ownedBy'>): Omit<RefusalReason, 'step'> | undefined {
  if (seen.status === 'denied' || seen.status === 'unknown') {
    return { kind: seen.status, why: seen.why, cure: seen.cure }
  }
  if (busy !== undefined)
    return { kind: 'busy', why: busy, cure: 'wait until it is settled, then plan again' }
  if (ownedBy === undefined) return undefined
  return {
    kind: 'owned',
    why: `${ownedBy} owns it and would put it back`,
    cure: 'suspend its sync first, or roll back in the repository that it follows',
  }
}
