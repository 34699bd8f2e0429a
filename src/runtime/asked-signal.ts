import type { Measurement, PersonKnows, SampleValue } from '../core/source.ts'
import { formatDuration } from '../core/duration.ts'
import { EXIT } from '../core/exit.ts'
import type { SignalDef } from '../core/model.ts'
import { Problem } from '../core/problem.ts'

/** How people are reached for what only they know. */
export interface People {
  /** By the name of the signal: `--answer reports=3`. */
  answers: Readonly<Record<string, string>>
  /** Asks at the terminal; nothing when nobody knows. Absent where nobody can be asked. */
  ask?:
    | ((question: string, answers: readonly string[], signal?: AbortSignal) => Promise<string | undefined>)
    | undefined
}

/** What people have said, by the name of the signal, and when; milliseconds since the epoch. */
export type Said = Readonly<Record<string, { text: string; at: number; isOnRecord?: true }>>

export function saidNow(answers: People['answers'], now: number): Said {
  return Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, { text, at: now }]))
}

/** A signal whose value a person gives; what it measures is the last answer, for as long as that counts. */
export interface AskedSignal {
  measure(now: number): Measurement
  /** Whether an answer counts now. */
  answered(now: number): boolean
  /** Until when the answer counts, where there is one; milliseconds since the epoch. */
  until(): number | undefined
  /** No answer counts now, and nobody has been asked in vain. */
  open(now: number): boolean
  question: string
  /** Asks until what is answered is an answer, and gives it as it was typed; an empty line leaves it unknown. */
  ask(people: Pick<People, 'ask'>, now: () => number, signal?: AbortSignal): Promise<string | undefined>
}

interface Named {
  name: string
  unit: SignalDef['unit']
}

/** What an answer that was given beforehand says; throws a Problem when it is none. */
export function givenValue<Options>(
  { name, unit }: Named,
  person: PersonKnows<Options>,
  options: Options,
  answer: string,
): SampleValue {
  const value = person.value(options, answer, unit)
  if (isWrong(value)) throw notAnAnswer(name, person.answers(options))
  return value
}

/** Throws a Problem when the answer that was given beforehand is none. */
export function askedSignal<Options>(
  { name, unit }: Named,
  person: PersonKnows<Options>,
  options: Options,
  said: Said,
): AskedSignal {
  const question = person.question(options)
  const answers = person.answers(options)
  const expires = person.expires(options)
  let given: { at: number; value: SampleValue } | undefined
  let askedInVain = false

  const beforehand = said[name]
  if (beforehand !== undefined) {
    given = { at: beforehand.at, value: givenValue({ name, unit }, person, options, beforehand.text) }
  }

  const counts = (now: number): boolean => given !== undefined && now - given.at <= expires

  return {
    answered: counts,
    until: () => (given === undefined ? undefined : given.at + expires),
    measure(at) {
      if (given === undefined) return { kind: 'no-data', why: `nobody has answered: ${question}` }
      if (!counts(at))
        return { kind: 'no-data', why: `the answer is older than ${formatDuration(expires)}: ${question}` }
      return { kind: 'samples', samples: [{ at, value: given.value }] }
    },
    open: (now) => !counts(now) && !askedInVain,
    question,
    async ask({ ask }, clock, signal) {
      let text = question
      for (;;) {
        const answer = (await ask?.(text, answers, signal))?.trim() ?? ''
        askedInVain = answer === ''
        if (askedInVain) return undefined
        const value = person.value(options, answer, unit)
        if (!isWrong(value)) {
          given = { at: clock(), value }
          return answer
        }
        text = `${value.why}. ${question}`
      }
    },
  }
}

function isWrong(value: SampleValue | { why: string }): value is { why: string } {
  return typeof value === 'object' && value !== null
}

/** Not with what was given: it may be a secret, and none has been read yet that would be recognised. */
function notAnAnswer(name: string, answers: readonly string[]): Problem {
  return new Problem({
    code: 'answer-invalid',
    message: `--answer ${name}: what was given is not an answer to it`,
    cure: `answer ${answers.join(' or ')}`,
    exit: EXIT.usage,
  })
}
