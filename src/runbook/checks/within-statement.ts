import { asList, asMap } from '../loose.ts'
import type { Path } from '../path.ts'

/** A statement and all that is put together in it, as it is written, each with its place. */
export function withinStatement(
  statement: Record<string, unknown>,
  at: Path,
): [part: Record<string, unknown>, at: Path][] {
  const parts = ['all', 'any'].flatMap((key) =>
    asList(statement[key]).flatMap((part, index) => withinStatement(asMap(part), [...at, key, index])),
  )
  const contrary = statement.not === undefined ? [] : withinStatement(asMap(statement.not), [...at, 'not'])
  return [[statement, at], ...parts, ...contrary]
}
