import { randomBytes } from 'node:crypto'

import { formatDuration } from '../../core/duration.ts'
import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import type { Who } from '../../core/run/events.ts'
import { startOf } from '../../io/process-identity.ts'
import { hostOf } from '../../core/where.ts'
import { whereAmI } from '../where.ts'
import type { Board } from './board.ts'
import { holderState } from './holder.ts'
import { LOCK, lockIn, type LockRecord, lockText } from './lock-record.ts'
import { update } from './update.ts'

// One rollback at a time for a service and environment. The lock is a record on the board, taken and given back by
// compare-and-swap; its holder renews it, and asks whether it is still its own before every effect.

export interface Claim {
  service: string
  environment: string
  /** The run that is to be carried out. */
  run: string
  surfaces: readonly string[]
  owner: Who
  reason?: string | undefined
  /** The unfinished run that is taken over: by resuming it, taking it back, or giving it up. */
  over?: string | undefined
}

export interface Pace {
  /** Milliseconds between two signs of life. */
  beat: number
  /** Milliseconds without one until the lock is expired. */
  ttl: number
}

export interface Grounds {
  board: Board
  pace: Pace
  now(): number
  /** Milliseconds; throws when an interruption comes. */
  sleep(milliseconds: number): Promise<void>
  /** Whether a run has an end on record, or was never begun: then a lock that it left behind is nobody's. */
  isOver(run: string): Promise<boolean>
  /** Told of what is waited for. */
  tell?: ((words: string) => void) | undefined
}

export interface Held {
  readonly record: LockRecord
  /** Version of the board before it was taken: equal to one that was read earlier when nothing has happened since. */
  readonly before: string
  /** As the last sign of life that it gave has found; `check` asks anew. */
  readonly lost: Problem | undefined
  /** Throws a Problem with code `lock-lost` when it is no longer ours, and `store-unreachable` when nobody can say. */
  check(): Promise<void>
  /** From now on it is for this run: an undo that follows a failure at once. */
  passOn(run: string): Promise<void>
  /** `free`: for anyone; `left`: the run is unfinished and goes on owning its surfaces. Harmless when it was lost. */
  release(how: 'free' | 'left'): Promise<void>
}

/** Takes the lock, or throws a Problem (exit code 25) that says whose it is and what can be done. */
export async function takeLock(grounds: Grounds, claim: Claim): Promise<Held> {
  const { board, now } = grounds
  const mine = recordOf(grounds, claim)
  for (;;) {
    const seen = await board.read()
    const other = lockIn(seen.files, board.place)
    if (other?.claim === mine.claim) return hold(grounds, other, '')
    if (other !== undefined) await requireOpen(grounds, claim, other)
    const record = { ...mine, renewed: now() }
    const written = await board.write(seen, { [LOCK]: lockText(record) }, `lock: ${claim.run}`)
    if (written !== undefined) return hold(grounds, record, seen.version)
  }
}

/** The same refusals without taking it; gives the version of the board, for `Held.before`. */
export async function requireUnlocked(grounds: Grounds, over?: string): Promise<string> {
  const { version, files } = await grounds.board.read()
  const other = lockIn(files, grounds.board.place)
  if (other === undefined) return version
  const state = holderState(other, grounds.now())
  if (state === 'alive') throw locked(other, grounds.now())
  if (over !== other.run && !(await grounds.isOver(other.run))) throw owned(other, state, grounds.now())
  return version
}

function recordOf({ pace, now }: Grounds, claim: Claim): LockRecord {
  const { service, environment, run, surfaces, owner, reason } = claim
  return {
    format: 1,
    state: 'held',
    claim: randomBytes(8).toString('hex'),
    service,
    environment,
    run,
    surfaces: [...surfaces],
    owner,
    reason,
    process: { pid: process.pid, started: startOf(process.pid) ?? '', where: whereAmI() },
    since: new Date(now()).toISOString(),
    renewed: now(),
    ...pace,
  }
}

/** A lock that is held is not taken; one that was left or has expired opens only to whoever takes its run over. */
async function requireOpen(grounds: Grounds, { over }: Claim, other: LockRecord): Promise<void> {
  const state = holderState(other, grounds.now())
  if (state === 'alive') throw locked(other, grounds.now())
  if (over !== other.run && !(await grounds.isOver(other.run))) throw owned(other, state, grounds.now())
  if (state === 'silent') await requireNoSign(grounds, other)
}

/**
 * By our clock it is expired, and clocks differ, or jump when a machine wakes up: a holder that lives gives a sign within
 * its own time. One that cannot reach the board for so long no longer trusts what it read last.
 */
async function requireNoSign({ board, now, sleep, tell }: Grounds, other: LockRecord): Promise<void> {
  const patience = Math.max(other.beat * 1.5, trusted(other))
  tell?.(
    `the lock of run ${other.run} has expired; ${formatDuration(patience)} are waited for a sign of life from ${ownerWords(other)}`,
  )
  await sleep(patience)
  const again = lockIn((await board.read()).files, board.place)
  if (again?.claim === other.claim && again.renewed !== other.renewed) throw locked(again, now())
}

/** So long after its last sign of life a holder may act without having asked the board, in milliseconds. */
function trusted({ ttl }: LockRecord): number {
  return ttl / 2
}

function hold(grounds: Grounds, taken: LockRecord, before: string): Held {
  const { board, now } = grounds
  let record = taken
  let lost: Problem | undefined
  let released = false

  let last: Promise<unknown> = Promise.resolve()

  /** Our own record with these members, as long as it is ours; null gives it back. One after the other. */
  function rewrite(members: Partial<LockRecord> | null, why: string): Promise<void> {
    const done = last.then(() => rewriteNow(members, why))
    last = done.catch(() => undefined)
    return done
  }

  async function rewriteNow(members: Partial<LockRecord> | null, why: string): Promise<void> {
    let next = record
    await update(board, why, ({ files }) => {
      const there = lockIn(files, board.place)
      if (there?.claim !== record.claim) {
        // What we gave back is gone when the answer to it was lost.
        if (members !== null || there !== undefined) lost = lockLost(record, there)
        return undefined
      }
      next = { ...there, ...members }
      return { [LOCK]: members === null ? null : lockText(next) }
    })
    record = next
  }

  /** Where the store does not answer: nobody can have taken what has not expired yet. */
  async function whatIsThere(): Promise<LockRecord | undefined> {
    try {
      return lockIn((await board.read()).files, board.place)
    } catch (error) {
      const fresh = now() - record.renewed < trusted(record)
      if (fresh && error instanceof Problem && error.code === 'store-unreachable') return record
      throw error
    }
  }

  let beating = false
  async function beat(): Promise<void> {
    if (lost !== undefined || released || beating) return
    beating = true
    // A store that does not answer now may answer in a moment; `check` is what decides.
    await rewrite({ renewed: now() }, `alive: ${record.run}`).catch(() => undefined)
    beating = false
  }
  const timer = setInterval(() => void beat(), grounds.pace.beat)
  timer.unref()

  return {
    get record() {
      return record
    },
    get lost() {
      return lost
    },
    before,
    async check() {
      if (lost !== undefined) throw lost
      const there = await whatIsThere()
      if (there?.claim !== record.claim) throw (lost = lockLost(record, there))
    },
    async passOn(run) {
      await rewrite({ run, renewed: now() }, `lock: ${run}`)
      if (lost !== undefined) throw lost
    },
    async release(how) {
      clearInterval(timer)
      released = true
      if (lost !== undefined) return
      await rewrite(how === 'free' ? null : { state: 'left', renewed: now() }, `${how}: ${record.run}`)
    },
  }
}

// ---------------------------------------------------------------- what is said

/** `ana on laptop`. */
export function ownerWords({ owner, process }: Pick<LockRecord, 'owner' | 'process'>): string {
  return `${owner.name} on ${hostOf(process.where) || owner.host}`
}

function locked(other: LockRecord, now: number): Problem {
  return new Problem({
    code: 'locked',
    message: `nothing was changed: a rollback of ${other.service}, ${other.environment} is under way`,
    found: `run ${other.run} of ${ownerWords(other)}, since ${other.since}${because(other)}; last sign of life ${ago(now - other.renewed)}`,
    cure: `Wait for it, or talk to ${other.owner.name}. To look at it: rollback status`,
    exit: EXIT.locked,
  })
}

function owned(other: LockRecord, state: 'gone' | 'silent' | 'none', now: number): Problem {
  return new Problem({
    code: 'owned',
    message: `nothing was changed: run ${other.run} of ${other.service}, ${other.environment} is unfinished and owns what it changes`,
    found: `${ownerWords(other)}, since ${other.since}${because(other)}; ${STATE_WORDS[state]} (${ago(now - other.renewed)})`,
    cure: [
      'First one of:',
      `  rollback resume ${other.run}   go on with it`,
      `  rollback undo ${other.run}     take it back`,
      `  rollback abandon ${other.run} --reason '…'   leave what stands as it is`,
    ].join('\n'),
    exit: EXIT.locked,
  })
}

const STATE_WORDS = {
  gone: 'its process has ended without a word',
  silent: 'its process gives no sign of life',
  none: 'it was left unfinished',
} as const

function lockLost(mine: LockRecord, there: LockRecord | undefined): Problem {
  const who =
    there === undefined
      ? 'it was given back by somebody else'
      : `${ownerWords(there)} has taken it over for run ${there.run}`
  return new Problem({
    code: 'lock-lost',
    message: `run ${mine.run} is no longer ours: nothing more was started, and at most what was already under way has been finished`,
    found: who,
    cure: 'Look at it with: rollback status',
    exit: EXIT.locked,
  })
}

function because({ reason }: LockRecord): string {
  return reason === undefined ? '' : ` ("${reason}")`
}

function ago(milliseconds: number): string {
  if (milliseconds <= -1000)
    return `${formatDuration(Math.round(-milliseconds / 1000) * 1000)} ahead of our clock`
  return milliseconds < 1000 ? 'just now' : `${formatDuration(Math.round(milliseconds / 1000) * 1000)} ago`
}
