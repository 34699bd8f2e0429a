import type { Condition, Statement } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { allKnownAfter, beginningOf, type Judgement } from './judgement.ts'

export type JudgeOne = (condition: Condition) => Judgement

/** Conditions put together: what decides is said, and when it began. */
export function judgeStatement(statement: Statement, judgeOne: JudgeOne): Judgement {
  if ('all' in statement) {
    const whole = statement.burnRate !== undefined
    return together(statement.all, judgeOne, ['fails', 'unknown', 'holds'], Math.max, whole)
  }
  if ('any' in statement) return together(statement.any, judgeOne, ['holds', 'unknown', 'fails'], Math.min)
  if (!('not' in statement)) return judgeOne(statement)
  const { since: _, began: __, seen: ___, ...judgement } = judgeStatement(statement.not, judgeOne)
  // That the contrary of something could not be seen does not make it so.
  if (judgement.valueless === true) return { ...judgement, verdict: 'unknown' }
  return { ...judgement, verdict: OPPOSITE[judgement.verdict] }
}

const OPPOSITE = { holds: 'fails', fails: 'holds', unknown: 'unknown' } as const

/** The first verdict of the order that one of them has, with the words of those that have it; `whole`: of all of them. */
function together(
  statements: readonly Statement[],
  judgeOne: JudgeOne,
  order: readonly Judged[],
  earliest: (...times: number[]) => number,
  whole = false,
): Judgement {
  const all = statements.map((one) => judgeStatement(one, judgeOne))
  const verdict = order.find((wanted) => all.some((one) => one.verdict === wanted)) ?? 'unknown'
  const deciding = all.filter((one) => one.verdict === verdict)
  return {
    verdict,
    words: [...new Set((whole ? all : deciding).map(({ words }) => words))].join('; '),
    ...beginningOf(deciding, earliest),
    knownAfter: allKnownAfter(deciding),
    final: deciding.every(({ final }) => final),
    valueless: isValueless(verdict, deciding, order) || undefined,
  }
}

/** One that fails by its value is enough for all of them to fail. */
function isValueless(verdict: Judged, deciding: readonly Judgement[], [first]: readonly Judged[]): boolean {
  const isWithout = ({ valueless }: Judgement): boolean => valueless === true
  return verdict === 'fails' && first === 'fails' ? deciding.every(isWithout) : deciding.some(isWithout)
}
