import type { Procedure, Runbook } from '../core/model.ts'
import type { KnownVersion } from '../core/versions.ts'
import { findTarget } from './find-target.ts'
import { inFolderOf } from './in-folder.ts'
import type { Session } from './types.ts'

const DIGEST = /^(?:[^@\s]+@)?(sha256:[0-9a-f]{64})$/

/** A version as `run --target` would take it, or the content digest of an image. One that nobody knows keeps its name. */
export async function namedVersion(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  text: string,
): Promise<KnownVersion> {
  const digest = DIGEST.exec(text)?.[1]
  if (digest !== undefined) return { digests: [digest] }
  const { target } = await findTarget(inFolderOf(runbook.path, session), runbook, procedure, text)
  return { release: target, digests: [] }
}
