import type { Question } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import type { Plan, PlannedStep } from '../core/plan/types.ts'
import type { Line, RunEnded } from '../core/run/events.ts'
import type { RunState } from '../core/run/state.ts'
import { shellLine } from '../core/shell.ts'
import type { Said } from './asked-signal.ts'
import type { Carrier } from './carrier.ts'
import type { CarryOutOptions } from './types.ts'

interface Asked {
  id: string
  question: Question
}

/** Every question that the plan will ask, in order: confirmations first. */
function questionsOf(plan: Plan): Asked[] {
  const gates = plan.steps.flatMap(({ id, question, skip }) =>
    question === undefined || skip !== undefined ? [] : [{ id, question }],
  )
  return [...plan.confirmations, ...gates]
}

/**
 * Without a person, every question needs its answer beforehand: else nothing is started, or gone on with. `lines`: what
 * was answered before the run was cut off.
 */
export function checkAnswers(
  plan: Plan,
  { answers, ask }: CarryOutOptions,
  lines: readonly Line[] = [],
): RunEnded | undefined {
  if (ask !== undefined) return undefined
  const given = answered(lines)
  const open = questionsOf(plan).filter(({ id }) => answers[id] === undefined && !given.has(id))
  if (open.length === 0) return undefined
  const list = open
    .map(({ id, question }) => `${question.text} (${shellLine(['--answer', `${id}=${question.expects}`])})`)
    .join('; ')
  return {
    type: 'run-ended',
    result: 'declined',
    exit: EXIT.declined,
    why: `nobody is there to answer: ${list}`,
    stands: [],
  }
}

/** What is said to a step is not meant for a signal of the same name. */
export function answersToSignals(
  { steps }: { steps: readonly { id: string }[] },
  answers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const asked = new Set(steps.map(({ id }) => id))
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !asked.has(name)))
}

/**
 * Those to signals that tell of how things are now: nothing is left to be changed after they were given, and nothing was
 * after those that are on record. A gate changes nothing.
 */
export function answersOfNow(plan: Plan, { steps }: RunState, lines: readonly Line[], said: Said): Said {
  const isAllDone = plan.steps.every(
    ({ id, kind, skip }) => kind === 'gate' || skip !== undefined || steps[id]?.status === 'done',
  )
  if (!isAllDone) return {}
  const done = lines.findLastIndex(({ event }) => event.type === 'step-ended')
  return { ...answersIn(lines.slice(done + 1)), ...said }
}

/** What people have said of what only they know, and when. */
export function answersIn(lines: readonly Line[]): Said {
  return Object.fromEntries(
    lines.flatMap(({ at, event }) =>
      event.type === 'signal-answered'
        ? [[event.signal, { text: event.value, at, isOnRecord: true as const }]]
        : [],
    ),
  )
}

/** Whether everything that the plan must have confirmed before it starts is confirmed. */
export async function confirmed(
  carrier: Carrier,
  options: CarryOutOptions,
  lines: readonly Line[],
): Promise<boolean> {
  const given = answered(lines)
  for (const one of carrier.plan.confirmations) {
    // Before the run was cut off.
    if (given.has(one.id)) continue
    if (!(await askAndRecord(carrier, one, options))) return false
  }
  return true
}

function answered(lines: readonly Line[]): ReadonlySet<string> {
  return new Set(lines.flatMap(({ event }) => (event.type === 'answer' && event.accepted ? event.step : [])))
}

/** Asks what a gate asks. */
export async function askGate(carrier: Carrier, step: PlannedStep, options: CarryOutOptions): Promise<void> {
  if (step.question === undefined) throw new Error(`the step "${step.id}" asks nothing`)
  await askAndRecord(carrier, { id: step.id, question: step.question }, options)
}

/** Takes the answer given beforehand, or asks; both are recorded with who said it. */
async function askAndRecord(carrier: Carrier, asked: Asked, options: CarryOutOptions): Promise<boolean> {
  const { id, question } = asked
  const value = await answerTo(carrier, asked, options)
  if (value === undefined) return false
  const accepted = isAccepted(question, value)
  await carrier.append({ type: 'answer', step: id, value, accepted, by: carrier.session.who })
  return accepted
}

/** Empty when nobody is there; undefined when it was interrupted: Ctrl-C at a question is no answer. */
export async function answerTo(
  carrier: Carrier,
  { id, question }: Asked,
  { answers, ask }: Pick<CarryOutOptions, 'answers' | 'ask'>,
): Promise<string | undefined> {
  await carrier.append({ type: 'question', step: id, text: question.text })
  const value = answers[id] ?? (await ask?.(id, question)) ?? ''
  return value === '' && carrier.interrupted() ? undefined : value
}

function isAccepted(question: Question, value: string): boolean {
  const given = value.trim().toLowerCase()
  const wanted = question.expects.trim().toLowerCase()
  return given === wanted || (wanted === 'yes' && given === 'y')
}
