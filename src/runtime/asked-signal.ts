import type { Measurement, PersonKnows, SampleValue } from '../core/contract.ts'
import { formatDuration } from '../core/duration.ts'
import { EXIT } from '../core/exit.ts'
import type { SignalDef } from '../core/model.ts'
import { Problem } from '../core/problem.ts'

/** How people are reached for what only they know. */
export interface People {
  /** By the name of the signal: `--answer reports=3`. */
  answers: Readonly<Record<string, string>>
  /** Asks at the terminal; nothing when nobody knows. Absent where nobody can be asked. */
  ask?: ((question: string, answers: readonly string[]) => Promise<string | undefined>) | undefined
}

/** A signal whose value a person gives; what it measures is the last answer, for as long as that counts. */
export interface AskedSignal {
  measure(now: number): Measurement
  /** Whether an answer counts now. */
  answered(now: number): boolean
  /** Nobody has answered it, or been asked in vain. */
  open(): boolean
  question: string
  /** What was answered, as it was typed. */
  said(): string | undefined
  /** Asks until what is answered is an answer; an empty line leaves it unknown. */
  ask(people: Pick<People, 'ask'>, now: () => number): Promise<void>
}

/** Throws a Problem when the answer that was given beforehand is none. */
export function askedSignal<Options>(
  { name, unit }: { name: string; unit: SignalDef['unit'] },
  person: PersonKnows<Options>,
  options: Options,
  { answers: beforehandBy, now }: Pick<People, 'answers'> & { now: number },
): AskedSignal {
  const question = person.question(options)
  const answers = person.answers(options)
  const expires = person.expires(options)
  let given: { at: number; value: SampleValue; text: string } | undefined
  let askedInVain = false

  const beforehand = beforehandBy[name]
  if (beforehand !== undefined) {
    const value = person.value(options, beforehand, unit)
    if (isWrong(value)) throw notAnAnswer(name, value.why, answers)
    given = { at: now, value, text: beforehand }
  }

  const counts = (now: number): boolean => given !== undefined && now - given.at <= expires

  return {
    answered: counts,
    measure(at) {
      if (given === undefined) return { kind: 'no-data', why: `nobody has answered: ${question}` }
      if (!counts(at))
        return { kind: 'no-data', why: `the answer is older than ${formatDuration(expires)}: ${question}` }
      return { kind: 'samples', samples: [{ at, value: given.value }] }
    },
    open: () => given === undefined && !askedInVain,
    question,
    said: () => given?.text,
    async ask({ ask }, clock) {
      let text = question
      for (;;) {
        const answer = (await ask?.(text, answers))?.trim() ?? ''
        askedInVain = answer === ''
        if (askedInVain) return
        const value = person.value(options, answer, unit)
        if (!isWrong(value)) {
          given = { at: clock(), value, text: answer }
          return
        }
        text = `${value.why}. ${question}`
      }
    },
  }
}

function isWrong(value: SampleValue | { why: string }): value is { why: string } {
  return typeof value === 'object' && value !== null
}

function notAnAnswer(name: string, why: string, answers: readonly string[]): Problem {
  return new Problem({
    code: 'answer-invalid',
    message: `--answer ${name}: ${why}`,
    cure: `answer ${answers.join(' or ')}`,
    exit: EXIT.usage,
  })
}
