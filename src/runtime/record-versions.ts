import type { Plan, PlannedUse } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { Release } from '../core/release.ts'
import { whatIsApplied } from '../core/run/conclude.ts'
import type { Who } from '../core/run/events.ts'
import type { RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import { type KnownVersion, type Remark, sameVersion } from '../core/versions.ts'
import { recordRun, unblock, withdrawProof } from './store/ledger.ts'
import type { Session } from './types.ts'
import { type Unproven, unprovenBefore } from './unproven-before.ts'
import { digestsOf } from './version-digests.ts'

/** When it was proven and by whom, where that is not now and here. */
interface When {
  /** Milliseconds since the epoch. */
  at?: number | undefined
  by?: Who | undefined
}

/**
 * Writes down what a proven plan says about versions: a run's target is good, and what it replaced is blocked; what an
 * undo brought back is blocked no longer.
 */
export async function recordProven(
  session: Session,
  plan: Plan,
  state: RunState,
  when: When = {},
): Promise<Recorded> {
  const recorded: Recorded = {}
  const unrecorded = await orSentence(async () => {
    const remark = remarkOf(session, plan, when)
    const target: KnownVersion = {
      release: namedOr(plan.target),
      digests: await digestsOf(usesOf(plan, state), 'to'),
    }
    if (plan.kind === 'undo') return recordUndo(session, plan, target, remark)
    recorded.completes = await recordReturn(session, { plan, state }, target, remark)
  })
  return { ...recorded, unrecorded }
}

interface Recorded {
  /** Runs that have changed what was proven, and could not prove it themselves; newest first. */
  completes?: string[] | undefined
  /** Why it could not be written down: the proof stands without it. */
  unrecorded?: string | undefined
}

/** Writes down that the version did not stay well: `last-proven` means another one from now on. */
export function recordLapse(session: Session, plan: Plan): Promise<string | undefined> {
  return orSentence(() => withdrawProof(boardOf(session, plan), plan.id))
}

async function orSentence(writing: () => Promise<void>): Promise<string | undefined> {
  try {
    await writing()
    return undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `which versions are good and which are blocked could not be written down: ${sentenceOf(error)}`
  }
}

async function recordReturn(
  session: Session,
  { plan, state }: Unproven,
  target: KnownVersion,
  remark: Remark,
): Promise<string[] | undefined> {
  const { before, unread } = await chainBefore(session, plan)
  const all = await Promise.all(
    [{ plan, state }, ...before].map((run) => replaced(run.plan, run.state, target)),
  )
  // What a run has left that could not prove where it went is left for good now.
  const blocked = all.flatMap((former) => (former === undefined ? [] : [{ ...former, ...remark }]))
  // What is degraded, or was left out in part, is nothing that `last-proven` should mean.
  const whole = plan.without.length === 0 && (state.proof?.degraded ?? []).length === 0
  const good = whole ? { ...target, ...remark } : undefined
  await recordRun(boardOf(session, plan), { good, blocked }, `proven: ${plan.id}`)
  if (unread !== undefined) throw unread
  const completes = before.filter((run) => isTarget(run.plan.target, target))
  return completes.length === 0 ? undefined : completes.map((run) => run.plan.id)
}

/** What cannot be read keeps nobody from writing down what is known. */
async function chainBefore(
  session: Session,
  plan: Plan,
): Promise<{ before: Unproven[]; unread?: Problem | undefined }> {
  try {
    return { before: await unprovenBefore(session, plan) }
  } catch (error) {
    if (error instanceof Problem) return { before: [], unread: error }
    throw error
  }
}

/** Never the target itself: a half-state (the tag moved, the hook lost) comes from the very version that it goes to. */
async function replaced(
  plan: Plan,
  state: RunState,
  target: KnownVersion,
): Promise<KnownVersion | undefined> {
  const named = 'release' in plan.live ? namedOr(plan.live.release) : undefined
  const release = named === undefined || isTarget(named, target) ? undefined : named
  const all = await digestsOf(usesOf(plan, state, 'applied'), 'from')
  // What both have (a sidecar) tells nothing.
  const digests = all.filter((digest) => !target.digests.includes(digest))
  return release === undefined && digests.length === 0 ? undefined : { release, digests }
}

function isTarget(release: Release, { release: target }: KnownVersion): boolean {
  return sameVersion({ release, digests: [] }, { release: target, digests: [] })
}

async function recordUndo(session: Session, plan: Plan, target: KnownVersion, remark: Remark): Promise<void> {
  const reason = `brought back by the undo of ${plan.undoOf ?? 'a run'}${plan.reason === undefined ? '' : `: ${plan.reason}`}`
  await unblock(boardOf(session, plan), target, { ...remark, reason })
}

function boardOf({ store }: Session, { service, environment }: Plan) {
  return store.board(service, environment)
}

function remarkOf(session: Session, { id, reason }: Plan, { at, by }: When): Remark {
  return { since: new Date(at ?? session.read.now()).toISOString(), by: by ?? session.who, reason, run: id }
}

/** An undo may bring back what nobody could name. */
function namedOr(release: Release): Release | undefined {
  return release.given === '' && release.sha === undefined && release.tag === undefined ? undefined : release
}

/** What the steps have really used, with all changes or with those that this run has made. */
function usesOf(plan: Plan, state: RunState, which: 'all' | 'applied' = 'all'): PlannedUse[] {
  return plan.steps.map((step) => {
    const own = state.steps[step.id]
    const use = useInForce(step, own)
    if (which === 'all') return use
    return {
      ...use,
      changes: use.changes.filter(({ effect }) => whatIsApplied(own?.effects[effect]) !== 'no'),
    }
  })
}
