import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { sentenceOf } from '../core/problem.ts'
import { whatIsApplied } from '../core/run/conclude.ts'
import { livingChildren } from '../core/run/doubts.ts'
import type { RunEnded, RunEvent } from '../core/run/events.ts'
import { fold } from '../core/run/state.ts'
import { checkAnswers } from './answers.ts'
import { begin } from './carry-out.ts'
import { closeRun, isFinished } from './close-run.ts'
import { failpoint } from './failpoint.ts'
import { lockRun } from './lock-run.ts'
import { makeUndo } from './make-undo.ts'
import { requireUnfinished, resume } from './resume.ts'
import { checkDoubtAnswers } from './settle-doubt.ts'
import { requireStillAsPlanned } from './still-as-planned.ts'
import type { Held } from './store/lock.ts'
import { awaitSurvivors, type Waiting } from './survivors.ts'
import type { CarryOutOptions, Session, StoredRun } from './types.ts'
import { underLock } from './under-lock.ts'

export interface CarriedThrough {
  ended: RunEnded
  /** The undo that `on_failure: undo` asked for, when it came to that. */
  undo?: { plan: Plan; ended: RunEnded } | { impossible: string } | undefined
  exit: ExitCode
}

export interface CarryThroughOptions extends CarryOutOptions {
  /** The version of the board when the plan was made; without it, or when something has happened since, it is held against what is there now. */
  plannedAt?: string | undefined
  /** The run that this plan takes back, as it was when the plan was made. */
  takesBack?: StoredRun | undefined
  /** Before an undo begins by itself. */
  onUndo?: ((plan: Plan) => void) | undefined
}

/** Carries a plan out and, where the runbook asks for it, takes a failed one back; all under one lock. */
export async function carryThrough(
  session: Session,
  plan: Plan,
  options: CarryThroughOptions,
): Promise<CarriedThrough> {
  checkDoubtAnswers(plan, options.answers)
  const unanswered = checkAnswers(plan, options)
  if (unanswered !== undefined) return { ended: unanswered, exit: unanswered.exit }
  const { takesBack } = options
  const unfinished = takesBack === undefined || isFinished(takesBack) ? undefined : takesBack
  const held = await lockRun(session, plan, unfinished?.plan, options.onNews)
  return underLock(session, held, options.interrupt, async () => {
    // An undo would look at what is still being changed.
    const gone =
      takesBack === undefined
        ? []
        : await awaitSurvivors(session, takesBack.plan, fold(takesBack.lines), options)
    if (options.plannedAt !== held.before || gone.length > 0) await requireStillAsPlanned(session, plan)
    if (unfinished !== undefined) {
      await closeRun(session, unfinished, `taken over by its undo, ${plan.id}`, [
        ...gone,
        ...offlineEvents(session, options),
      ])
      await held.passOn(plan.id)
    }
    failpoint('run-taken-over')
    return takenBackWhereAsked(session, plan, options, held, await begin(session, plan, options, held))
  })
}

/** The same for a run that was interrupted or cut off: goes on from what is on record of it. */
export async function resumeThrough(
  session: Session,
  run: StoredRun,
  options: CarryThroughOptions,
): Promise<CarriedThrough> {
  const { plan } = run
  const held = await lockRun(session, plan, plan, options.onNews)
  return underLock(session, held, options.interrupt, async () => {
    const ended = await resume(session, run, options, held)
    return takenBackWhereAsked(session, plan, options, held, ended)
  })
}

/** Gives an unfinished run up: what stands, stands, and nothing of it is owned any more. */
export async function abandonRun(
  session: Session,
  run: StoredRun,
  reason: string,
  options: Waiting & Pick<CarryOutOptions, 'offline'>,
): Promise<void> {
  requireUnfinished(run)
  const held = await lockRun(session, run.plan, run.plan, options.onNews)
  await underLock(session, held, options.interrupt, async () => {
    const gone = await awaitSurvivors(session, run.plan, fold(run.lines), options)
    await closeRun(session, run, `given up: ${reason}`, [...gone, ...offlineEvents(session, options)])
  })
}

/** That the shared store is left aside is on record wherever something is. */
function offlineEvents({ who }: Session, { offline }: Pick<CarryOutOptions, 'offline'>): RunEvent[] {
  return offline === undefined ? [] : [{ type: 'store-unreachable', why: offline, by: who }]
}

async function takenBackWhereAsked(
  session: Session,
  plan: Plan,
  options: CarryThroughOptions,
  held: Held,
  ended: RunEnded,
): Promise<CarriedThrough> {
  if (plan.onFailure !== 'undo' || plan.kind !== 'run' || ended.result !== 'stands')
    return { ended, exit: ended.exit }
  const undo = await takeBack(session, plan, ended, options, held)
  return { ended, undo, exit: 'impossible' in undo ? ended.exit : exitAfter(undo) }
}

type TakenBack = NonNullable<CarriedThrough['undo']>

/** Whatever goes wrong with it, the changes of the run stand: that must not be lost in an error. */
async function takeBack(
  session: Session,
  plan: Plan,
  ended: RunEnded,
  options: CarryThroughOptions,
  held: Held,
): Promise<TakenBack> {
  try {
    const run = await session.store.find(plan.id)
    const barrier = noReturn(run)
    if (barrier !== undefined) return { impossible: barrier }
    const [living] = livingChildren(fold(run.lines))
    if (living !== undefined)
      return { impossible: `the program of step "${living.step}" still runs (process ${living.pid})` }
    const outcome = await makeUndo(session, run, {
      reason: `undo after failure: ${ended.why}`,
      without: [],
    })
    if (outcome.kind === 'refused')
      return { impossible: outcome.refusal.reasons.map((reason) => reason.why).join('; ') }
    const unanswered = checkAnswers(outcome.plan, options)
    if (unanswered !== undefined) return { impossible: unanswered.why }
    // Also when nothing of it is in place any more: that all is back is claimed only after it was proven.
    options.onUndo?.(outcome.plan)
    await held.passOn(outcome.plan.id)
    failpoint('lock-passed-on')
    return { plan: outcome.plan, ended: await begin(session, outcome.plan, options, held) }
  } catch (error) {
    return { impossible: sentenceOf(error) }
  }
}

function exitAfter({ plan, ended }: Exclude<TakenBack, { impossible: string }>): ExitCode {
  const proven = ended.result === 'proven' || ended.result === 'degraded'
  if (proven && plan.without.length === 0) return EXIT.undone
  const interrupted = ended.exit === EXIT.interrupted || ended.exit === EXIT.terminated
  return interrupted ? ended.exit : EXIT.stands
}

/** An undo never crosses a point of no return by itself: not one that the run has passed, or may have passed. */
function noReturn({ plan, lines }: StoredRun): string | undefined {
  const { steps } = fold(lines)
  const passed = (id: string, effect: string) => whatIsApplied(steps[id]?.effects[effect]) !== 'no'
  for (const step of plan.steps) {
    for (const { call, changes } of [step, step.fallback].filter((use) => use !== undefined)) {
      if (call?.reversal.how === 'none' && passed(step.id, call.effect))
        return `step "${step.id}" cannot be taken back: ${call.reversal.why}`
      for (const { effect, reversible, surface } of changes) {
        if (reversible !== true && passed(step.id, effect))
          return `${surface.id} cannot be taken back: ${reversible.no}`
      }
    }
  }
  return undefined
}
