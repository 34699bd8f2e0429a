import { EXIT } from '../core/exit.ts'
import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import { wasEndedHalfWay } from '../core/run/conclude.ts'
import type { DoubtAnswer } from '../core/run/events.ts'
import type { EffectState } from '../core/run/effect-state.ts'
import { answerTo } from './answers.ts'
import type { Carrier } from './carrier.ts'
import type { CarryOutOptions } from './types.ts'

// A call that nothing can look at was cut off, or its answer was lost: only a person can say whether it happened.

/** A slip of the hand is asked once more; whoever says something else three times does not know. */
const QUESTIONS = 3

/** Refuses, before anything is done, an answer to a doubt that is neither of the two words. */
export function checkDoubtAnswers(plan: Plan, answers: CarryOutOptions['answers']): void {
  const wrong = plan.steps.find(
    ({ id, kind, fallback }) =>
      (kind === 'call' || fallback?.kind === 'call') &&
      answers[id] !== undefined &&
      doubtAnswer(answers[id]) === undefined,
  )
  if (wrong === undefined) return
  throw new Problem({
    code: 'usage',
    message: `--answer ${wrong.id}=${answers[wrong.id]} is no answer to whether the call has happened`,
    cure: `Say --answer ${wrong.id}=done when it has happened, or --answer ${wrong.id}=again when it has not, or may be repeated.`,
    exit: EXIT.usage,
  })
}

export interface SettleCommand {
  step: PlannedStep
  use: PlannedUse
  effect: string
}

/** Takes the answer given beforehand, or asks; without either the doubt stays. An interrupted question is no answer. */
export async function settleDoubt(
  carrier: Carrier,
  { step, use, effect }: SettleCommand,
  { answers, ask }: CarryOutOptions,
): Promise<void> {
  // Said beforehand, it is about the doubt that there was: a further one is a new question.
  const known = carrier.state().steps[step.id]?.effects[effect]
  const settled = known?.doubt === 'settled'
  const options = { answers: settled ? {} : answers, ask }
  const question = questionOf(step, use, known)
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const value = await answerTo(carrier, { id: step.id, question }, options)
    if (value === undefined) return
    const answer = doubtAnswer(value)
    if (answer !== undefined) {
      const by = carrier.session.who
      return carrier.append({ type: 'doubt-settled', step: step.id, effect, answer, by })
    }
    if (value.trim() === '') break
  }
  await carrier.append({ type: 'doubt-unanswered', step: step.id, effect })
}

function questionOf(step: PlannedStep, use: PlannedUse, known: EffectState | undefined) {
  const what =
    known !== undefined && wasEndedHalfWay(known)
      ? `Step "${step.id}" (${use.uses}) was ended half-way`
      : `The answer of step "${step.id}" (${use.uses}) was lost`
  return {
    text: `${what}, and repeating it may do harm. Has it happened (done), or is it to be called once more (again)?`,
    expects: 'done or again',
  }
}

function doubtAnswer(text: string | undefined): DoubtAnswer | undefined {
  const given = text?.trim().toLowerCase()
  return given === 'done' || given === 'again' ? given : undefined
}
