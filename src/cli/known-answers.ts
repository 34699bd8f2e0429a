import type { Runbook } from '../core/model.ts'
import type { Confirmation, Plan } from '../core/plan/types.ts'
import { isOwnQuestion } from '../core/own-questions.ts'
import type { Problem } from '../core/problem.ts'
import { givenValue } from '../runtime/asked-signal.ts'
import { loadSource } from '../runtime/load-action.ts'
import { usageError } from './usage.ts'

/** Whom answers are for: a runbook with one of its procedures, or a plan. */
interface Asking {
  kind?: Plan['kind']
  signals: Runbook['signals']
  /** Absent where nothing is carried out. */
  steps?: readonly { id: string }[]
  confirmations?: readonly Confirmation[]
}

/**
 * Throws a Problem for an answer that nothing could ask for: it is a slip of the pen, and what it was meant for would stay
 * open. One that is not needed any more is none: the same command again may find less to ask, and an undo leaves out steps
 * of its run. And for one that does not answer what a signal asks.
 */
export async function requireKnownAnswers(
  answers: Readonly<Record<string, string>>,
  { kind, signals, steps, confirmations = [] }: Asking,
): Promise<void> {
  const empty = Object.keys(answers).find((name) => answers[name]?.trim() === '')
  if (empty !== undefined)
    throw usageError(`--answer ${empty} is empty`, 'Say what the answer is: a variable may not be set.')
  const own = new Set([...(steps ?? []), ...confirmations].map(({ id }) => id))
  const open = Object.entries(answers).filter(
    ([name]) => !own.has(name) && (steps === undefined || !isOwnQuestion(name)),
  )
  if (open.length === 0) return
  const asked = await askedOf(signals)
  for (const [name, answer] of open) {
    const check = asked.get(name)
    if (check === undefined && kind !== 'undo') throw unknownName(name, [...asked.keys(), ...own])
    check?.(answer)
  }
}

function unknownName(name: string, names: readonly string[]): Problem {
  return usageError(
    `--answer ${name}: nothing of that name is asked`,
    names.length === 0 ? 'Leave it out: nothing is asked.' : `What may be asked: ${names.join(', ')}.`,
  )
}

/** The signals that ask, each with what refuses a text that is no answer to it. */
async function askedOf(signals: Runbook['signals']): Promise<ReadonlyMap<string, (answer: string) => void>> {
  const asked = await Promise.all(
    Object.entries(signals).map(async ([name, { source, with: given, unit }]) => {
      const { person, options: schema } = await loadSource(source)
      if (person === undefined) return []
      const options = schema.safeParse(given)
      return [
        [
          name,
          (answer: string): void => {
            if (options.success) givenValue({ name, unit }, person, options.data, answer)
          },
        ] as const,
      ]
    }),
  )
  return new Map(asked.flat())
}
