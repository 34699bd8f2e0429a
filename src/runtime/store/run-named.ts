import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'

/** The id that is meant: by its beginning, or what people remember of it, its end. Throws a Problem that lists what there is. */
export function oneOf(wanted: string, all: string[]): string {
  const matches = all.includes(wanted) ? [wanted] : all.filter((id) => isShortFor(id, wanted))
  const [only, ...others] = matches
  if (only === undefined || others.length > 0) throw notOne(wanted, matches, all)
  return only
}

function isShortFor(id: string, wanted: string): boolean {
  return id.startsWith(wanted) || id.endsWith(`-${wanted}`)
}

function notOne(wanted: string, matches: string[], all: string[]): Problem {
  const ids = matches.length > 0 ? matches : all
  const list = ids.slice(0, 10).join(', ')
  const names = matches.length === 0 ? 'names no run' : `names ${matches.length} runs`
  return new Problem({
    code: 'run-not-found',
    message: ids.length === 0 ? 'there are no runs yet' : `"${wanted}" ${names}`,
    found:
      ids.length === 0
        ? undefined
        : `${matches.length === 0 ? 'there are ' : ''}${list}${ids.length > 10 ? ` and ${ids.length - 10} older ones` : ''}`,
    cure:
      ids.length === 0
        ? 'rollback plan --target <sha> shows what a run would do'
        : 'name one of them, by its whole id, its beginning or its end; or `last`',
    exit: EXIT.usage,
  })
}
