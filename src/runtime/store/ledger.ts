import * as z from 'zod/mini'

import { EXIT } from '../../core/exit.ts'
import { canonical } from '../../core/json.ts'
import { parseJson } from '../../core/parse-json.ts'
import { Problem } from '../../core/problem.ts'
import {
  type BlockedVersion,
  blockOf,
  type KnownVersion,
  NO_VERSIONS,
  type Remark,
  type VersionRecord,
  type Versions,
  withBlocked,
  withGood,
  withoutBlock,
  withoutProof,
} from '../../core/versions.ts'
import type { Board, Snapshot } from './board.ts'
import { update } from './update.ts'
import { who } from './who-schema.ts'

// The ledger of versions, as it stands on the board of a service and environment.

const LEDGER = 'versions.json'
const FORMAT = 1

const remark = {
  since: z.string(),
  by: who,
  reason: z.optional(z.string()),
  run: z.optional(z.string()),
}

const version = {
  release: z.optional(
    z.object({ given: z.string(), sha: z.optional(z.string()), tag: z.optional(z.string()) }),
  ),
  digests: z.array(z.string()),
  ...remark,
}

const ledgerFile = z.object({
  format: z.literal(FORMAT),
  good: z.array(z.object(version)),
  blocked: z.array(z.object({ ...version, lifted: z.optional(z.object(remark)) })),
})

/** Throws a Problem with code `versions-unreadable` for what another version of the tool wrote. */
export async function readVersions(board: Board): Promise<Versions> {
  return versionsIn(await board.read(), board.place)
}

/** A run was proven: its target is good, and what it replaced is blocked; never both of one version. */
export async function recordRun(
  board: Board,
  {
    good,
    blocked = [],
  }: { good?: VersionRecord | undefined; blocked?: readonly VersionRecord[] | undefined },
  why: string,
): Promise<void> {
  await change(board, why, (versions) => {
    const proven = good === undefined ? versions : withGood(versions, good)
    return blocked.reduce(withBlocked, proven)
  })
}

/** What this run has proven did not stay well. */
export async function withdrawProof(board: Board, run: string): Promise<void> {
  await change(board, `not well: ${run}`, (versions) => withoutProof(versions, run))
}

/** Gives the record that blocks it: the one of before, where it was blocked already. */
export async function block(board: Board, wanted: VersionRecord): Promise<BlockedVersion> {
  const now = await change(board, 'block a version', (versions) => withBlocked(versions, wanted))
  return blockOf(now, wanted) ?? wanted
}

/** Gives what was lifted; undefined where nothing blocked it. */
export async function unblock(
  board: Board,
  wanted: KnownVersion,
  lifted: Remark,
): Promise<BlockedVersion | undefined> {
  let former: BlockedVersion | undefined
  await change(board, 'unblock a version', (versions) => {
    former = blockOf(versions, wanted) ?? former
    return withoutBlock(versions, wanted, lifted)
  })
  return former
}

async function change(
  board: Board,
  why: string,
  changed: (versions: Versions) => Versions,
): Promise<Versions> {
  const written = await update(board, why, (now) => {
    const versions = versionsIn(now, board.place)
    const wanted = changed(versions)
    return canonical(wanted) === canonical(versions) ? undefined : { [LEDGER]: textOf(wanted) }
  })
  return versionsIn(written, board.place)
}

function textOf({ good, blocked }: Versions): string {
  return `${JSON.stringify({ format: FORMAT, good, blocked }, undefined, 2)}\n`
}

/** What cannot be read is not an empty ledger: a blocked version would be free. */
function versionsIn({ files }: Snapshot, place: string): Versions {
  const text = files[LEDGER]
  if (text === undefined) return NO_VERSIONS
  const read = ledgerFile.safeParse(parseJson(text))
  if (read.success) return read.data
  throw new Problem({
    code: 'versions-unreadable',
    message: `the ledger of versions in ${place} cannot be read`,
    found: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    cure: 'use the version of the tool that wrote it',
    exit: EXIT.refused,
  })
}
