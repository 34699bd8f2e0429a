import type { Condition, Statement } from '../model.ts'

/** Every condition of a statement, in the order in which it is written. */
export function conditionsIn(statement: Statement): Condition[] {
  if ('all' in statement) return statement.all.flatMap(conditionsIn)
  if ('any' in statement) return statement.any.flatMap(conditionsIn)
  return 'not' in statement ? conditionsIn(statement.not) : [statement]
}
