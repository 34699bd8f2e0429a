import { Problem, sentenceOf } from '../core/problem.ts'
import {
  type BlockedVersion,
  blockOf,
  type KnownVersion,
  remarkWords,
  versionName,
  type Versions,
} from '../core/versions.ts'
import { readVersions } from './store/ledger.ts'
import type { Session } from './types.ts'

/** Nobody can say, and why. */
interface Unread {
  unread: string
  code: string
  cure?: string | undefined
}

export type Blocked = { block: BlockedVersion } | Unread

/** What is on record for this service and environment; that it cannot be read is an answer. */
export async function versionsOnRecord(
  session: Session,
  { service, environment }: { service: string; environment: string },
): Promise<Versions | Unread> {
  try {
    return await readVersions(session.store.board(service, environment))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { unread: sentenceOf(error), code: error.code, cure: error.cure }
  }
}

/** undefined: it is not blocked. */
export function blockedBy(record: Versions | Unread, version: KnownVersion): Blocked | undefined {
  if ('unread' in record) return record
  const block = blockOf(record, version)
  return block === undefined ? undefined : { block }
}

/** One sentence about the version, without its end. */
export function blockedWords(version: KnownVersion, blocked: Blocked): string {
  const name = versionName(version)
  return 'block' in blocked
    ? `${name} is blocked ${remarkWords(blocked.block)}`
    : `whether ${name} is blocked cannot be read: ${blocked.unread}`
}
