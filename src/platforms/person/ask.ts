import * as z from 'zod/mini'

import { limitIn } from '../../core/conditions/limit.ts'
import type { PersonKnows, SampleValue, Source } from '../../core/source.ts'
import type { SignalDef } from '../../core/model.ts'
import { parseDuration } from '../../core/duration.ts'
import { printable } from '../../core/printable.ts'
import { described, period, text } from '../options.ts'

const TYPES = ['yes-no', 'number', 'percent', 'duration', 'choice'] as const

const askOptions = z
  .strictObject({
    question: text(),
    type: described(z.optional(z.enum(TYPES)), 'what is answered; default yes-no, which is true or false'),
    choices: described(z.optional(z.array(text()).check(z.minLength(2))), 'of type choice: one of these'),
    expires: described(z.optional(period()), 'how long an answer counts; default 15m'),
  })
  .check(
    z.refine(
      ({ type, choices }) => (type === 'choice') === (choices !== undefined),
      'type: choice and its choices go together',
    ),
    z.refine(
      ({ choices = [] }) => new Set(choices.map((one) => one.toLowerCase())).size === choices.length,
      'has two choices that are told apart by nothing but their case',
    ),
  )

type AskOptions = z.output<typeof askOptions>

const EXPIRES = 15 * 60_000

const YES_NO = new Map([
  ['y', true],
  ['yes', true],
  ['n', false],
  ['no', false],
])

const person: PersonKnows<AskOptions> = {
  question: ({ question }) => question,
  answers: ({ type = 'yes-no', choices = [] }) => (type === 'choice' ? choices : ANSWERS[type]),
  expires: ({ expires = EXPIRES }) => expires,
  value({ type = 'yes-no', choices = [] }, answer, unit): SampleValue | { why: string } {
    const given = answer.trim()
    const found = type === 'choice' ? choiceIn(given, choices) : READERS[type](given, unit)
    return found ?? { why: `${JSON.stringify(printable(given, 80))} is not an answer to it` }
  },
}

/** What only a person can know: how many users have complained, whether data was damaged. */
export const ask: Source<AskOptions> = {
  summary: 'Ask a person what no API tells; the answer counts for a while',
  options: askOptions,
  person,
  measure: async () => ({ kind: 'no-data', why: 'nobody was asked' }),
}

const ANSWERS = {
  'yes-no': ['yes', 'no'],
  number: ['a number'],
  percent: ['a percentage, such as 12%'],
  duration: ['a time, such as 30m'],
} as const

const READERS = {
  'yes-no': (given: string) => YES_NO.get(given.toLowerCase()),
  // As a limit is written, in the unit of the signal.
  number: (given: string, unit: SignalDef['unit']) => limitIn(unit, given),
  percent: (given: string, unit: SignalDef['unit'] = 'percent') =>
    limitIn(unit, given.endsWith('%') ? given : `${given}%`),
  // 30 may be minutes to one and seconds to the other: never without its unit.
  duration: (given: string, unit: SignalDef['unit'] = 'ms') =>
    parseDuration(given) === undefined ? undefined : limitIn(unit, given),
}

function choiceIn(given: string, choices: readonly string[]): string | undefined {
  return choices.find((choice) => choice.toLowerCase() === given.toLowerCase())
}
