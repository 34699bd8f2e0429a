import type { Filled } from '../filled.ts'
import { asList, asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { checkStatement } from './conditions.ts'
import { withinStatement } from './within-statement.ts'

/** Conditions in a trigger stand under all, any and not; and in what speaks against it, or against all of them. */
export function checkTriggers(document: Filled, report: Report): void {
  const { triggers, unless: rules } = asMap(document.filled)
  const ids = new Set<string>()
  for (const [key, list] of Object.entries({ triggers, unless: rules }))
    asList(list).forEach((one, index) => {
      const at = [key, index]
      const { id, unless, ...when } = asMap(one)
      if (typeof id === 'string' && ids.size === ids.add(id).size)
        report.value([...at, 'id'], {
          code: 'duplicate-id',
          message: `two ${key === 'unless' ? 'of triggers and unless' : 'triggers'} have the id "${id}"`,
          cure: 'rename one of them',
        })
      checkStatement(when, at, document, report)
      checkStatement(asMap(unless), [...at, 'unless'], document, report)
      checkRollbackAfter(asMap(one), at, report)
      if (key === 'unless') checkSilenceAgainst(when, at, report)
      checkSilenceAgainst(asMap(unless), [...at, 'unless'], report)
    })
}

/** What does not say since when it holds never says that it has held for so long. */
function checkRollbackAfter(
  { rollback_after: after, ...when }: Record<string, unknown>,
  at: Path,
  report: Report,
): void {
  const key = after === undefined ? undefined : withoutBeginning(when)
  if (key === undefined) return
  report.value([...at, 'rollback_after'], {
    code: 'no-beginning',
    message: `rollback_after: ${key} does not tell since when it holds`,
    cure: 'say it with a limit, or with failing: true; or make a trigger of severity high of it, with for:',
  })
}

function withoutBeginning(statement: Record<string, unknown>): string | undefined {
  const parts = ['all', 'any'].flatMap((key) => asList(statement[key]).map(asMap))
  const counted = ['passing', 'failing'].find((key) => {
    const { count, more_than } = asMap(statement[key])
    return (count ?? more_than) !== undefined
  })
  if (statement.not !== undefined) return 'not'
  if (statement.change !== undefined) return 'change'
  return counted === undefined
    ? parts.map(withoutBeginning).find((one) => one !== undefined)
    : `a count of ${counted}`
}

/** Against a rollback there is nothing to fear: silence that counts as what is feared would keep from one. */
function checkSilenceAgainst(statement: Record<string, unknown>, at: Path, report: Report): void {
  for (const [part, place] of withinStatement(statement, at))
    for (const key of ['no_data', 'on_error'])
      if (part[key] === 'breach')
        report.value([...place, key], {
          code: 'silence-against',
          message: `${key}: breach: what speaks against a rollback would hold while its source is silent`,
          cure: 'leave it out (then it is not known), or say ignore',
        })
}
