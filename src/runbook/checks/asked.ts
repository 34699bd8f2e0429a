import { COMPARISONS } from '../../core/conditions/sample.ts'
import { matches } from '../../core/matches.ts'
import { referencesIn } from '../../core/template.ts'
import { asList, asMap, asText } from '../loose.ts'
import type { ConditionCheck } from './condition-check.ts'

// What is said of an answer must be something that can be answered: else every person says the wrong thing.

/** Values that an answer can have; undefined: any number. */
function answersTo(ask: Record<string, unknown>): readonly (string | boolean)[] | undefined {
  const type = asText(ask.type) ?? 'yes-no'
  if (type === 'yes-no') return [true, false]
  return type === 'choice' ? asList(ask.choices).filter((one) => typeof one === 'string') : undefined
}

export const checkAnswers: ConditionCheck = (condition, at, { name, signal }, report) => {
  if (signal.ask === undefined) return
  const answers = answersTo(asMap(signal.ask))
  const cure =
    answers === undefined
      ? 'it is answered with a number: compare it, such as below: 3'
      : answers[0] === true
        ? 'yes is true, no is false: write equals: true, or equals: false'
        : `it is one of: ${answers.join(', ')}`
  const never = (key: string): void =>
    report.value([...at, key], {
      code: 'never-answered',
      message: `nobody can answer "${name}" like this: ${key}: ${JSON.stringify(condition[key])}`,
      cure,
    })
  for (const key of ['equals', 'is', 'matches', ...COMPARISONS])
    if (condition[key] !== undefined && !canBe(key, condition[key], answers)) never(key)
}

function canBe(key: string, wanted: unknown, answers: ReturnType<typeof answersTo>): boolean {
  if (typeof wanted === 'string' && referencesIn(wanted).length > 0) return true
  if (key === 'is')
    return answers === undefined ? typeof wanted === 'number' : answers.some((one) => one === wanted)
  if (key === 'equals')
    return answers === undefined
      ? Number.isFinite(Number(wanted))
      : answers.some((one) => String(one) === String(wanted))
  // Numbers alone can be compared, and anything may be the text of one.
  if (key !== 'matches') return answers === undefined
  return answers === undefined || answers.some((one) => matches(String(wanted), String(one)) !== 'no')
}
