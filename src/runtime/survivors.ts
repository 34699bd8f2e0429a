import type { Question } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import { interruptedExit, signalName } from '../core/interruption.ts'
import { OWN_QUESTIONS } from '../core/own-questions.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { livingChildren, type LivingChild } from '../core/run/doubts.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { RunState } from '../core/run/state.ts'
import { hostOf } from '../core/where.ts'
import { endProcessGroup } from '../io/end-group.ts'
import { isRunning } from '../io/process-identity.ts'
import type { CarryOutOptions, Session } from './types.ts'
import { whereAmI } from './where.ts'

// Programs that a run has started may outlive the process that started them. While one still works, nobody knows what it
// is going to change: whoever takes the run over waits for it, and ends it when its time is over.

const EVERY = 200

export type Gone = Extract<RunEvent, { type: 'child-gone' }>

export type Waiting = Pick<CarryOutOptions, 'answers' | 'ask' | 'interrupt' | 'onNews'>

/** Waits until none of them runs any more; what became of each is to be written down. */
export async function awaitSurvivors(
  session: Session,
  plan: Plan,
  state: RunState,
  options: Waiting,
): Promise<Gone[]> {
  const gone: Gone[] = []
  for (const child of livingChildren(state)) {
    const how = isVisible(child)
      ? await ended(session, plan, child, options)
      : { how: await confirmedEnd(child, options) }
    gone.push({ type: 'child-gone', step: child.step, effect: child.effect, pid: child.pid, ...how })
  }
  return gone
}

function stillRuns({ id }: Plan, child: LivingChild, words: string): Problem {
  return new Problem({
    code: 'still-running',
    message: `nothing was changed: a program that run ${id} has started for step "${child.step}" ${words} (process ${child.pid} on ${hostOf(child.host)})`,
    cure: 'End it, and then run the same command again',
    exit: EXIT.locked,
  })
}

function isVisible({ host }: LivingChild): boolean {
  return host === whereAmI()
}

async function ended(
  session: Session,
  plan: Plan,
  child: LivingChild,
  { interrupt, onNews }: Waiting,
): Promise<Pick<Gone, 'how' | 'halfWay'>> {
  if (!isRunning(child)) return { how: 'has ended while nobody was looking' }
  onNews?.(`step "${child.step}": its program still runs (process ${child.pid}); waiting for its end`)
  while (isRunning(child)) {
    if (interrupt.aborted) throw interrupted(plan, interrupt)
    if (session.read.now() >= child.until) {
      if (await endProcessGroup(child)) return { how: 'was ended half-way: its time was over', halfWay: true }
      throw stillRuns(plan, child, 'could not be ended, and still runs')
    }
    await session.read.sleep(EVERY).catch((error: unknown) => {
      // The signal ends the sleep, too; what it means is said above.
      if (!interrupt.aborted) throw error
    })
  }
  return { how: 'has ended by itself' }
}

/** On another machine, or before this one was started anew: only a person can look. */
async function confirmedEnd(child: LivingChild, { answers, ask }: Waiting): Promise<string> {
  const id = OWN_QUESTIONS.process(child.pid)
  const question: Question = {
    text: `A program of step "${child.step}" may still run on ${hostOf(child.host)} (process ${child.pid}). Have you made sure that it has ended?`,
    expects: 'yes',
  }
  const answer = answers[id] ?? (await ask?.(id, question))
  if (answer?.trim().toLowerCase() === 'yes') return 'has ended, as a person says'
  throw new Problem({
    code: 'answer-needed',
    message: `nothing was changed: ${question.text}`,
    cure: `Look there, then run the same command again with --answer ${id}=yes`,
    exit: EXIT.declined,
  })
}

function interrupted(plan: Plan, interrupt: AbortSignal): Problem {
  return new Problem({
    code: 'interrupted',
    message: `interrupted by ${signalName(interrupt)} while waiting for a program of the run; nothing was changed`,
    cure: `To go on with it:\nrollback resume ${plan.id}`,
    exit: interruptedExit(interrupt),
  })
}
