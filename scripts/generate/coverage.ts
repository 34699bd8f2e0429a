import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

// The table of what becomes of every criterion of five written runbooks. Its words are written by hand; the numbers of
// the lines that it points at are looked up here, and what is no longer there is an error: such a table rots unseen.

const ROOT = join(import.meta.dirname, '../..')

export const COVERAGE = 'docs/seeds-coverage.md'

/** A name or a part of a line in backquotes, and the line of the example that holds it. */
const LINK = /\[`([^`]+)`\]\(\.\.\/(runbooks\/[\w-]+\.yaml)#L\d+\)/g

export async function renderCoverage(): Promise<string> {
  const text = await readFile(join(ROOT, COVERAGE), 'utf8')
  const files = new Set([...text.matchAll(LINK)].map(([, , file = '']) => file))
  const lines = new Map<string, string[]>()
  for (const file of files) lines.set(file, (await readFile(join(ROOT, file), 'utf8')).split('\n'))
  return text.replaceAll(LINK, (_, name: string, file: string) => {
    const line = lineOf(name, lines.get(file) ?? [])
    if (line === 0) throw new Error(`${COVERAGE} speaks of \`${name}\`, which ${file} does not hold`)
    return `[\`${name}\`](../${file}#L${line})`
  })
}

/** From 1; 0 where there is none. A part of a line is told from an id by its colon. */
export function lineOf(name: string, lines: readonly string[]): number {
  const id = new RegExp(`\\bid: ${name}(?![\\w-])`)
  return lines.findIndex((line) => (name.includes(': ') ? line.includes(name) : id.test(line))) + 1
}
