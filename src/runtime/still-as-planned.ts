import type { CallAction, SetAction } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import { liveIs } from '../core/plan/assemble.ts'
import { waitingFor } from '../core/plan/needs.ts'
import type { LiveVersion, Plan, PlannedChange, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { releaseName } from '../core/release.ts'
import { whatIsApplied, whatStands } from '../core/run/conclude.ts'
import type { RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import { blockedBy, blockedWords, versionsOnRecord } from './blocked.ts'
import { inFolderOf } from './in-folder.ts'
import { bindOptions } from './bind-options.ts'
import { callOptions } from './call-options.ts'
import { loadAction } from './load-action.ts'
import { liveOf, measureInTime } from './measure.ts'
import { sameState } from './same-state.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'
import { digestsOf } from './version-digests.ts'

// A plan that has been waiting (in a file, for an approval, for an answer) is held against what is there now: every
// surface, the ones that were already there included, and every call, the ones that were left out included. Every
// `apply` refuses a stale state as well, but by then a backup or a fence of the same plan may have been written.

/** `changed`: it is not as it was; `impossible`: it cannot be done now, or nobody can say. */
interface Finding {
  kind: 'changed' | 'impossible'
  words: string
  cure?: string | undefined
}

interface At {
  session: Session
  plan: Plan
  secrets: Secrets
  /** What a run that is gone on with has come to. */
  state?: RunState | undefined
}

/**
 * Refuses the plan when something is no longer as it was sealed, or cannot be done any more. With a state, the same for
 * the rest of a run that was cut off: what it has changed must still be as it left it. Changes nothing.
 */
export async function requireStillAsPlanned(outer: Session, plan: Plan, state?: RunState): Promise<void> {
  const session = inFolderOf(plan.runbook.path, outer)
  const at: At = { session, plan, secrets: session.secretsOf(plan.secrets), state }
  const [blocked, ...ofSteps] = await Promise.all([
    blockedFindings(at),
    ...plan.steps.flatMap((step) => stepFindings(at, step)),
  ])
  const found = [...blocked, ...ofSteps.flat()]
  if (found.length === 0) return
  const changed = found.some(({ kind }) => kind === 'changed')
  throw new Problem({
    code: changed ? 'stale' : 'not-ready',
    message: changed
      ? 'nothing was changed: what is there is no longer as it was when the plan was made'
      : 'nothing was changed: the plan cannot be carried out now',
    found: found.map(({ words }) => words).join('; '),
    cure: changed
      ? waysOut(at)
      : (found.find(({ cure }) => cure !== undefined)?.cure ?? 'Cure that, or plan again without it'),
    exit: state === undefined || whatStands(plan, state).length === 0 ? EXIT.refused : EXIT.stands,
  })
}

function waysOut({ plan, state }: At): string {
  if (state === undefined) return 'Find out who has changed it, then plan again'
  return `Find out who has changed it; then rollback undo ${plan.id}, or rollback abandon ${plan.id} --reason '…'`
}

/** Blocked since the plan was made. What the plan has forced, and what an undo asks about, was said already. */
async function blockedFindings({ session, plan }: At): Promise<Finding[]> {
  if (plan.kind === 'undo' || plan.forced !== undefined) return []
  const uses = plan.steps.flatMap((step) => (step.fallback === undefined ? [step] : [step, step.fallback]))
  const version = { release: plan.target, digests: await digestsOf(uses, 'to') }
  const blocked = blockedBy(await versionsOnRecord(session, plan), version)
  if (blocked === undefined) return []
  const cure = 'Choose another version, or plan again with --force --reason <text>'
  return [{ kind: 'impossible', words: blockedWords(version, blocked), cure }]
}

function stepFindings(at: At, step: PlannedStep): Promise<Finding[]>[] {
  const own = at.state?.steps[step.id]
  // What a call has done cannot be seen; what follows from it is proven at the end.
  if (own?.status === 'done' && step.kind !== 'set') return []
  if (step.skip !== undefined) return [orFinding(step.id, () => skippedFindings(at, step))]
  if (own !== undefined) return [orFinding(step.id, () => useFindings(at, step, useInForce(step, own)))]
  const uses: PlannedUse[] = step.fallback === undefined ? [step] : [step, step.fallback]
  return uses.map((use) => orFinding(step.id, () => useFindings(at, step, use)))
}

async function useFindings(at: At, step: PlannedStep, use: PlannedUse): Promise<Finding[]> {
  const action = await loadAction(use.uses)
  if (action.kind === 'set') return setFindings(at, action, use)
  return action.kind === 'call' ? callFindings(at, step.id, action, use) : []
}

/** What is known to refuse: a secret that is gone, a cluster that does not answer. */
async function orFinding(place: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [{ kind: 'impossible', words: `${place}: ${sentenceOf(error)}`, cure: error.cure }]
  }
}

// ---------------------------------------------------------------- sets

async function setFindings(
  { session, plan, secrets, state }: At,
  action: SetAction<unknown, unknown>,
  use: PlannedUse,
): Promise<Finding[]> {
  const done = state === undefined ? NONE : appliedIn(state)
  const options = await bindOptions(plan, secrets, action.options, use.with)
  const found = await Promise.all(
    use.changes.map((change) =>
      orFinding(change.surface.id, () =>
        surfaceFindings(session, action, options, change, done.has(change.effect)),
      ),
    ),
  )
  return found.flat()
}

const NONE: ReadonlySet<string> = new Set()

/** The effects that have certainly happened. */
function appliedIn({ steps }: RunState): ReadonlySet<string> {
  const effects = Object.values(steps).flatMap((step) => Object.entries(step.effects))
  return new Set(effects.flatMap(([name, effect]) => (whatIsApplied(effect) === 'yes' ? [name] : [])))
}

async function surfaceFindings(
  session: Session,
  action: SetAction<unknown, unknown>,
  options: unknown,
  { surface, from, to, fromLabel, toLabel }: PlannedChange,
  done: boolean,
): Promise<Finding[]> {
  const seen = await action.observe(options, surface, session.read)
  if (seen.status === 'denied' || seen.status === 'unknown')
    return [{ kind: 'impossible', words: `${surface.id}: ${seen.why}`, cure: seen.cure }]
  const now = seen.status === 'present' ? seen.state : null
  // What is there already needs no writing, whoever has put it there.
  if (sameState(action, now, to) || (!done && sameState(action, now, from))) return []
  const label = seen.status === 'present' ? seen.label : 'absent'
  return [{ kind: 'changed', words: `${surface.id} is ${label} instead of ${done ? toLabel : fromLabel}` }]
}

// ---------------------------------------------------------------- calls

/** Whether it can be made: the sets before it must not move for a call that cannot follow. */
async function callFindings(
  { session, plan, secrets }: At,
  step: string,
  action: CallAction<unknown>,
  use: PlannedUse,
): Promise<Finding[]> {
  const options = callOptions(action, use, await bindOptions(plan, secrets, action.options, use.with))
  const readiness = await action.ready?.(options, session.read)
  if (readiness === undefined || readiness.kind === 'ready') return []
  return [{ kind: 'impossible', words: `${step}: ${readiness.why}`, cure: readiness.cure }]
}

/** What made a step be left out must still be so. */
async function skippedFindings(at: At, step: PlannedStep): Promise<Finding[]> {
  const action = await loadAction(step.uses)
  if (action.kind === 'set') return setFindings(at, action, step)
  return action.kind === 'call' ? skippedCallFindings(at, step, action) : []
}

/** A call was left out because its check says that it is done, or because its sets are there and run: either will do. */
async function skippedCallFindings(
  at: At,
  step: PlannedStep,
  action: CallAction<unknown>,
): Promise<Finding[]> {
  const { session, plan, secrets } = at
  // Without a check it has nothing to say, and a secret that only it needs may be missing here.
  if (step.call?.observable === true) {
    const options = await bindOptions(plan, secrets, action.options, step.with)
    const readiness = await action.ready?.(options, session.read)
    if (readiness?.kind === 'ready' && readiness.done === true) return []
  }
  const servesSets = waitingFor(plan.steps, ({ kind }) => kind === 'set').has(step.id)
  const live = servesSets ? await liveNow(at) : undefined
  if (live === undefined)
    return [{ kind: 'changed', words: `${step.id}: its check no longer says that it is done` }]
  if (liveIs(live, plan.target) === true) return []
  const words = `${step.id} was left out because ${releaseName(plan.target)} was live`
  return 'release' in live
    ? [{ kind: 'changed', words: `${words}, and now ${releaseName(live.release)} is` }]
    : [{ kind: 'impossible', words: `${words}, and what is live now cannot be read` }]
}

async function liveNow({ session, plan, secrets }: At): Promise<LiveVersion> {
  const signal = plan.liveSignal === undefined ? undefined : plan.signals[plan.liveSignal]
  if (signal === undefined) return { unasked: true }
  return liveOf(await measureInTime(plan, secrets, signal, session.read))
}
