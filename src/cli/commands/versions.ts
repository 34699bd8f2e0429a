import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Procedure, Runbook } from '../../core/model.ts'
import {
  blockOf,
  isOnRecord,
  type KnownVersion,
  type Remark,
  remarkWords,
  versionName,
} from '../../core/versions.ts'
import { safeLine } from '../../report/safe-text.ts'
import type { NamedVersion } from '../../runtime/named-version.ts'
import type { Session } from '../../runtime/types.ts'
import type { Call } from '../catalog/types.ts'
import type { Interrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { usageError } from '../usage.ts'
import { whileWaiting } from '../ui/waiting.ts'
import { withSession } from '../with-session.ts'

interface VersionsOptions extends RunbookOptions {
  procedure?: string
  reason?: string
}

interface At {
  session: Session
  interrupts: Interrupts
  output: Output
  runbook: Runbook
  procedure: Procedure
  reason?: string | undefined
}

/** What one could return to, and what is on record about it. */
export async function runVersions(call: Call): Promise<ExitCode> {
  const options = call.options as unknown as VersionsOptions
  const [action = 'list', version] = call.args
  checkUsage(action, version, options)
  return withSession(call.output, async (outer, interrupts) => {
    const runbook = await requireRunbook(options)
    const { inStore } = await import('../../runtime/in-store.ts')
    const session = inStore(outer, runbook.store, runbook.path)
    const { procedureNamed } = await import('../../runtime/plan-ground.ts')
    const procedure = procedureNamed(runbook, options.procedure)
    const at = { session, interrupts, output: call.output, runbook, procedure, reason: options.reason }
    if (version === undefined) return list(at)
    const { namedVersion } = await import('../../runtime/named-version.ts')
    const named = await interrupts.orInterrupted(namedVersion(session, runbook, procedure, version))
    if (action === 'block') return blockVersion(at, named)
    return action === 'unblock' ? unblockVersion(at, named.version) : check(at, named)
  })
}

function checkUsage(action: string, version: string | undefined, { reason }: VersionsOptions): void {
  if (action === 'list') {
    if (version !== undefined || reason !== undefined)
      throw usageError('versions list takes no version and no --reason', 'See `rollback versions --help`.')
    return
  }
  if (version === undefined)
    throw usageError(`versions ${action} needs a version`, `Name it: rollback versions ${action} <version>`)
  if (action === 'block' && (reason === undefined || reason.trim() === ''))
    throw usageError('versions block needs a reason', 'Add --reason <text>: whoever is refused reads it.')
  if (action === 'check' && reason !== undefined)
    throw usageError('versions check takes no --reason', 'It only asks.')
}

async function list({ session, interrupts, output, runbook, procedure }: At): Promise<ExitCode> {
  const [{ listVersions }, { versionsText }] = await Promise.all([
    import('../../runtime/list-versions.ts'),
    import('../../report/versions-text.ts'),
  ])
  const { service, environment } = runbook
  const listed = await whileWaiting(
    output,
    'looking at what is there',
    interrupts.orInterrupted(listVersions(session, runbook, procedure)),
  )
  const { record, ...offered } = listed
  const shown = { service, environment, ...offered, blocked: record.blocked }
  output.result(versionsText(shown, await output.resultLook()))
  output.document({ type: 'versions', exit: EXIT.done, ...shown, good: record.good })
  return EXIT.done
}

/** A slip of the hand blocks nothing that exists. */
const UNKNOWN = '; but nobody who was asked knows it: is that its name?'

async function blockVersion(at: At, { version, known }: NamedVersion): Promise<ExitCode> {
  const { block } = await import('../../runtime/store/ledger.ts')
  const wanted = { ...version, ...remarkOf(at) }
  // Not to be left half-way: what was written has to be told.
  const blocked = await block(boardOf(at), wanted)
  const word = blocked.since === wanted.since ? 'is blocked' : 'was blocked already,'
  at.output.result(
    safeLine(`${versionName(version)} ${word} ${remarkWords(blocked)}${known === false ? UNKNOWN : ''}`),
  )
  at.output.document({ type: 'version', action: 'block', exit: EXIT.done, version, known, blocked })
  return EXIT.done
}

async function unblockVersion(at: At, version: KnownVersion): Promise<ExitCode> {
  const { unblock } = await import('../../runtime/store/ledger.ts')
  const former = await unblock(boardOf(at), version, remarkOf(at))
  const name = versionName(version)
  const words =
    former === undefined
      ? `${name} is not blocked`
      : `${name} is not blocked any more; it was ${remarkWords(former)}`
  at.output.result(safeLine(words))
  at.output.document({ type: 'version', action: 'unblock', exit: EXIT.done, version, former })
  return EXIT.done
}

/** For CI: what nobody knows is not blocked. */
async function check(at: At, named: NamedVersion): Promise<ExitCode> {
  const { version } = named
  const { readVersions } = await import('../../runtime/store/ledger.ts')
  const record = await at.interrupts.orInterrupted(readVersions(boardOf(at)))
  const blocked = blockOf(record, version)
  const exit = blocked === undefined ? EXIT.done : EXIT.blocked
  const known = isOnRecord(record, version) || named.known
  const words =
    blocked === undefined
      ? `is not blocked${known === false ? UNKNOWN : ''}`
      : `is blocked ${remarkWords(blocked)}`
  at.output.result(safeLine(`${versionName(version)} ${words}`))
  at.output.document({ type: 'version', action: 'check', exit, version, known, blocked })
  return exit
}

function boardOf({ session, runbook }: At) {
  return session.store.board(runbook.service, runbook.environment)
}

function remarkOf({ session, reason }: At): Remark {
  return { since: new Date(session.read.now()).toISOString(), by: session.who, reason }
}
