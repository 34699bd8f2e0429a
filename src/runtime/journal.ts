import { open, readFile } from 'node:fs/promises'

import { canonical, isPlainObject, sha256 } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import { JOURNAL_FORMAT, type Line, type RunEvent } from '../core/run/events.ts'
import { redactEvent } from './redact-event.ts'
import type { RunLog } from './types.ts'

// One JSON line an event, each with a checksum chained to the line before. A line is on disk (fdatasync) before
// `append` returns: intent before an effect, outcome after. An incomplete last line is what a crash leaves, and is dropped.

interface StoredLine extends Line {
  sum: string
}

export interface JournalOptions {
  redact(text: string): string
  now(): number
  /** Lines that are there already. */
  lines?: readonly Line[] | undefined
  /** Checksum of the last of them. */
  lastSum?: string | undefined
  /** Their length in bytes: what stands behind them is a torn line, and is cut off. */
  bytes?: number | undefined
}

export async function openJournal(path: string, options: JournalOptions): Promise<RunLog> {
  const file = await open(path, 'a', 0o600)
  if (options.bytes !== undefined) await file.truncate(options.bytes)
  let n = options.lines?.at(-1)?.n ?? 0
  let sum = options.lastSum ?? ''
  // After a failed sync nothing more is written: what is on disk is no longer known.
  let broken: unknown
  let last: Promise<unknown> = Promise.resolve()

  async function write(event: RunEvent): Promise<Line> {
    if (broken !== undefined) throw journalFailed(path, broken)
    try {
      const clean = redactEvent(event, options.redact)
      const line: Line = { n: n + 1, at: options.now(), event: clean }
      const chained = chain(sum, line)
      await file.appendFile(`${JSON.stringify({ ...line, sum: chained })}\n`)
      await file.datasync()
      n = line.n
      sum = chained
      return line
    } catch (error) {
      broken = error
      throw journalFailed(path, error)
    }
  }

  return {
    append(event) {
      const written = last.then(() => write(event))
      // The chain goes on after a failure, so that every later append reports it too.
      last = written.catch(() => undefined)
      return written
    },
    async close() {
      await last
      await file.close()
    },
  }
}

export interface JournalRead {
  lines: Line[]
  lastSum: string
  /** Length of the whole lines. */
  bytes: number
}

/** Reads a journal; drops an incomplete last line and refuses corruption before it. */
export async function readJournal(path: string): Promise<JournalRead> {
  return parseJournal(await readFile(path, 'utf8'), path)
}

export function parseJournal(text: string, place: string): JournalRead {
  const rows = text.split('\n')
  const incomplete = rows.pop()
  const lines: Line[] = []
  let sum = ''
  for (const [index, row] of rows.entries()) {
    const stored = parseLine(row)
    if (stored === undefined || stored.n !== index + 1 || chain(sum, stored) !== stored.sum) {
      throw corrupt(place, index + 1, rows.length + (incomplete === '' ? 0 : 1))
    }
    sum = stored.sum
    const { n, at, event } = stored
    if (event.type === 'run-started' && event.format !== JOURNAL_FORMAT) throw foreign(place, event.format)
    lines.push({ n, at, event })
  }
  const whole = text.length - (incomplete?.length ?? 0)
  return { lines, lastSum: sum, bytes: Buffer.byteLength(text.slice(0, whole)) }
}

function parseLine(row: string): StoredLine | undefined {
  try {
    const value: unknown = JSON.parse(row)
    return isPlainObject(value) && isPlainObject(value['event']) && typeof value['sum'] === 'string'
      ? (value as unknown as StoredLine)
      : undefined
  } catch {
    // Not JSON: the caller reports it as corruption, with its place.
    return undefined
  }
}

function chain(former: string, { n, at, event }: Line): string {
  return sha256(`${former}\n${canonical({ n, at, event })}`).slice('sha256:'.length, 'sha256:'.length + 16)
}

function corrupt(place: string, line: number, of: number): Problem {
  return new Problem({
    code: 'journal-corrupt',
    message: `the journal ${place} is damaged at line ${line} of ${of}`,
    cure:
      line > 1
        ? `the lines before it can still be read: head -n ${line - 1} ${place}`
        : 'restore it from a backup',
  })
}

function foreign(place: string, format: unknown): Problem {
  return new Problem({
    code: 'journal-version',
    message: `the journal ${place} has format ${String(format)}; this version reads format ${JOURNAL_FORMAT}`,
    cure: 'use the version of the tool that wrote it',
  })
}

function journalFailed(path: string, cause: unknown): Problem {
  return new Problem({
    code: 'journal-failed',
    message: `the journal ${path} could not be written, and nothing more is done without it`,
    found: cause instanceof Error ? cause.message : String(cause),
    cure: 'free the disk or mend its permissions',
    cause,
  })
}
