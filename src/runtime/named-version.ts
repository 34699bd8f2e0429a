import type { Procedure, Runbook } from '../core/model.ts'
import type { KnownVersion } from '../core/versions.ts'
import { findTarget } from './find-target.ts'
import { inFolderOf } from './in-folder.ts'
import type { Session } from './types.ts'

const DIGEST = /^(?:[^@\s]+@)?(sha256:[0-9a-f]{64})$/

export interface NamedVersion {
  version: KnownVersion
  /** Whether the history or a surface has it; undefined: they were not asked, or could not answer. */
  known?: boolean | undefined
}

/** A version as `run --target` would take it, or the content digest of an image. One that nobody knows keeps its name. */
export async function namedVersion(
  session: Session,
  runbook: Runbook,
  procedure: Procedure,
  text: string,
): Promise<NamedVersion> {
  const digest = DIGEST.exec(text)?.[1]
  if (digest !== undefined) return { version: { digests: [digest] } }
  const { target, known } = await findTarget(inFolderOf(runbook.path, session), runbook, procedure, text)
  return { version: { release: target, digests: [] }, known }
}
