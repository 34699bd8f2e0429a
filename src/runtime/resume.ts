import { EXIT } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { openDoubts } from '../core/run/doubts.ts'
import type { RunEnded } from '../core/run/events.ts'
import { fold, type RunState } from '../core/run/state.ts'
import { checkAnswers } from './answers.ts'
import { goOn } from './carry-out.ts'
import { isFinished, requireSame } from './close-run.ts'
import { failpoint } from './failpoint.ts'
import { checkDoubtAnswers } from './settle-doubt.ts'
import { requireStillAsPlanned } from './still-as-planned.ts'
import type { Held } from './store/lock.ts'
import { awaitSurvivors } from './survivors.ts'
import type { CarryOutOptions, Session, StoredRun } from './types.ts'

/**
 * Goes on with a run that was interrupted or cut off, for who holds its lock: waits for programs that have outlived it,
 * looks whether what it has done still stands, and lets the reducer decide what is left.
 */
export async function resume(
  session: Session,
  run: StoredRun,
  options: CarryOutOptions,
  held: Held,
): Promise<RunEnded> {
  const { plan, lines } = run
  requireUnfinished(run)
  const state = fold(lines)
  checkDoubtAnswers(plan, options.answers)
  requireAnswers(plan, state, options)
  // One that has failed asks nothing more.
  const failed = Object.values(state.steps).some(({ status }) => status === 'failed')
  const unanswered = failed ? undefined : checkAnswers(plan, options, lines)
  if (unanswered !== undefined) throw unansweredProblem(plan, unanswered)
  const gone = await awaitSurvivors(session, plan, state, options)
  const { log, lines: there } = await session.store.reopen(plan.id)
  failpoint('run-reopened')
  try {
    requireSame(plan, lines.length, there.length)
    // Known now, whatever comes of the rest: a person who has looked is not asked again.
    for (const one of gone) {
      there.push(await log.append(one))
      failpoint(one.type)
    }
    await requireStillAsPlanned(session, plan, state)
  } catch (error) {
    await log.close()
    throw error
  }
  return goOn(session, plan, options, { held, log, lines: there })
}

function unansweredProblem(plan: Plan, { why }: RunEnded): Problem {
  return new Problem({
    code: 'answer-needed',
    message: `nothing was changed: ${why}`,
    cure: `Say it beforehand: rollback resume ${plan.id} --yes --answer …`,
    exit: EXIT.declined,
  })
}

export function requireUnfinished(run: StoredRun): void {
  if (!isFinished(run)) return
  const ended = run.lines.findLast(({ event }) => event.type === 'run-ended')?.event
  const result = ended?.type === 'run-ended' ? ended.result : 'ended'
  throw new Problem({
    code: 'run-ended',
    message: `run ${run.plan.id} has ended (${result}): there is nothing to go on with`,
    cure:
      result === 'stands' || result === 'unmeasured'
        ? `The same run again tries the rest; rollback undo ${run.plan.id} takes back what stands`
        : `To look at it: rollback show ${run.plan.id}`,
    exit: EXIT.usage,
  })
}

/** Without a person everything that only a person knows has to be said beforehand. */
function requireAnswers(plan: Plan, state: RunState, { answers, ask }: CarryOutOptions): void {
  if (ask !== undefined) return
  const open = openDoubts(plan, state).filter(({ step }) => answers[step] === undefined)
  const [first] = open
  if (first === undefined) return
  const steps = open.map(({ step, uses }) => `step "${step}" (${uses})`).join(' and ')
  const answered = open.map(({ step }) => `--answer ${step}=done`).join(' ')
  throw new Problem({
    code: 'answer-needed',
    message: `nothing was changed: whether ${steps} took effect is not known, and repeating it may do harm`,
    cure: `Find out, then say so (=done: it has happened; =again: do it once more):\nrollback resume ${plan.id} --yes ${answered}`,
    exit: EXIT.declined,
  })
}
