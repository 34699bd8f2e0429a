import { randomUUID } from 'node:crypto'

import type { Changes, Snapshot } from './board.ts'
import { foreign } from './git-problems.ts'
import type { Run, Workshop } from './git-workshop.ts'

// A snapshot as a commit: its files as they are called, and `store.json`, which says whose they are.

const MARK = 'store.json'
const FORMAT = 1

/** All files together, in bytes. */
const LARGEST = 64 * 1024 * 1024

export interface NewCommit {
  /** Local, and used once. */
  ref: string
  /** Its parent; empty: none. */
  former: string
  changes: Changes
  why: string
  /** Milliseconds since the epoch. */
  now: number
}

/** For `git fast-import`, which makes all objects in one process and answers with the commit. */
export function importStream({ ref, former, changes, why, now }: NewCommit): string {
  const lines = [
    `commit ${ref}`,
    'mark :1',
    `committer rollback <rollback@localhost> ${Math.floor(now / 1000)} +0000`,
    // Two writers that write the same in the same second would otherwise make one commit, and both would have won.
    data(`${why}\n\nWrite: ${randomUUID()}\n`),
    ...(former === '' ? [] : [`from ${former}`]),
    file(MARK, `${JSON.stringify({ format: FORMAT })}\n`),
  ]
  for (const [name, text] of Object.entries(changes)) {
    requireName(name)
    lines.push(text === null ? `D ${name}` : file(name, text))
  }
  return `${lines.join('\n')}\n\nget-mark :1\n`
}

function file(name: string, text: string): string {
  return `M 100644 inline ${name}\n${data(text)}`
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}

/** A mistake of ours, not of a person: names are made by the program. */
function requireName(name: string): void {
  if (name !== MARK && /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/.test(name)) return
  throw new Error(`${JSON.stringify(name)} is no name for a file of a board`)
}

/** The files of a commit. Refuses what others have made. */
export async function filesIn(
  { git }: Workshop,
  run: Run,
  commit: string,
  { place, ref }: { place: string; ref: string },
): Promise<Snapshot['files']> {
  const tree = await git(run, ['ls-tree', '-r', '-z', '--full-tree', commit], { limit: LARGEST })
  if (tree.exitCode !== 0) throw foreign(place, ref, 'it is not a commit with files')
  const entries = [...tree.stdout.matchAll(/100644 blob ([0-9a-f]+)\t([^\0]+)\0/g)]
  const stdin = entries.map(([, id]) => `${id}\n`).join('')
  const blobs = await git(run, ['cat-file', '--batch'], { stdin, limit: LARGEST })
  const texts = blobs.exitCode === 0 && blobs.dropped === 0 ? textsIn(blobs.stdout) : undefined
  if (texts?.length !== entries.length) throw foreign(place, ref, 'its files cannot be read as text')
  const files = Object.fromEntries(entries.map(([, , name = ''], index) => [name, texts[index] ?? '']))
  const { [MARK]: mark, ...others } = files
  const found = formatIn(mark)
  if (found === FORMAT) return others
  throw foreign(
    place,
    ref,
    found === undefined ? `it has no ${MARK} of ours` : `its ${MARK} says format ${found}`,
  )
}

/** `<id> blob <bytes>`, the bytes, a line break; and again. undefined where they are no UTF-8. */
function textsIn(output: string): string[] | undefined {
  const bytes = Buffer.from(output)
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at)
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(bytes.toString('utf8', at, end))?.[1])
    const after = end + 1 + size
    if (bytes[after] !== 10) return undefined
    texts.push(bytes.toString('utf8', end + 1, after))
    at = after + 1
  }
  return texts
}

function formatIn(text: string | undefined): number | undefined {
  try {
    const mark: unknown = JSON.parse(text ?? '')
    if (typeof mark !== 'object' || mark === null || !('format' in mark)) return undefined
    return typeof mark.format === 'number' ? mark.format : undefined
  } catch {
    return undefined
  }
}
