import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { EXIT } from '../core/exit.ts'
import { formatWords } from '../core/format-words.ts'
import { canonical, isPlainObject, sha256 } from '../core/json.ts'
import { parseJson } from '../core/parse-json.ts'
import { Problem } from '../core/problem.ts'
import { type Line, READABLE_FORMATS, type RunEvent } from '../core/run/events.ts'
import { eventMisfit } from '../core/run/read-event.ts'
import { milliseconds } from '../core/shape.ts'
import { redactEvent } from './redact-event.ts'
import { isCode, linkNew, writeDurably } from './store/durable.ts'
import type { RunLog } from './types.ts'

// One JSON line an event, each with a checksum chained to the line before. A line is on disk (fdatasync) before
// `append` returns: intent before an effect, outcome after. An incomplete last line is what a crash leaves, and is
// dropped; the first line comes with its file, and where it is not whole it is damage.
//
// Every process that works on a run writes a file of its own, a segment: `events.jsonl`, `events.2.jsonl`, … The first
// line of a segment goes on from the last line that its writer has read, and by that cuts off whatever a former holder
// (suspended, and woken up too late) may write behind it.

interface StoredLine extends Line {
  sum: string
}

export interface JournalOptions {
  redact(text: string): string
  now(): number
  /** What is there already, in earlier segments. */
  after?: Pick<JournalRead, 'lines' | 'lastSum'> | undefined
}

/** A new segment: its file comes with its first line. Somebody else may have written one of that name by then. */
export function openJournal(path: string, options: JournalOptions): RunLog {
  let file: FileHandle | undefined
  let n = options.after?.lines.at(-1)?.n ?? 0
  let sum = options.after?.lastSum ?? ''
  // After a failed sync nothing more is written: what is on disk is no longer known.
  let broken: Problem | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function put(row: string): Promise<void> {
    if (file !== undefined) {
      await file.appendFile(row)
      return file.datasync()
    }
    // Whole or not at all: a file without a line is one that has lost it.
    await linkNew(dirname(path), basename(path), row)
    file = await open(path, 'a')
  }

  async function write(event: RunEvent): Promise<Line> {
    if (broken !== undefined) throw broken
    try {
      const clean = redactEvent(event, options.redact)
      const line: Line = { n: n + 1, at: options.now(), event: clean }
      const chained = chain(sum, line)
      await put(`${JSON.stringify({ ...line, sum: chained })}\n`)
      n = line.n
      sum = chained
      return line
    } catch (error) {
      broken = isCode(error, 'EEXIST') ? takenOver(path) : journalFailed(path, error)
      throw broken
    }
  }

  function inTurn(writing: () => Promise<Line>): Promise<Line> {
    const written = last.then(writing)
    // The chain goes on after a failure, so that every later append reports it too.
    last = written.catch(() => undefined)
    return written
  }

  return {
    append: (event) => inTurn(() => write(event)),
    keep: (name, text, eventOf) =>
      inTurn(async () => {
        if (broken !== undefined) throw broken
        await writeDurably(dirname(path), name, text)
        return write(eventOf(join(dirname(path), name)))
      }),
    share: async () => {},
    async close() {
      await last
      broken ??= journalFailed(path, new Error('it is closed'))
      await file?.close()
    },
  }
}

export interface JournalRead {
  lines: Line[]
  /** The same as they are written, checksums included: what another machine needs to go on. */
  rows: string[]
  lastSum: string
  /** Written by a former holder after somebody had taken the run over: no part of the run, kept to be looked at. */
  late: Line[]
}

export interface Segment {
  /** For messages. */
  place: string
  text: string
}

/** Reads a journal of one or several segments; drops an incomplete last line and refuses corruption before it. */
export function parseJournal(segments: readonly Segment[]): JournalRead {
  let read: Chained = { lines: [], rows: [], sums: [], late: [], damage: undefined }
  for (const segment of segments) read = joined(read, segment)
  if (read.damage !== undefined) throw read.damage
  const { lines, rows, late } = read
  return { lines, rows, lastSum: read.sums.at(-1) ?? '', late }
}

interface Chained {
  lines: Line[]
  rows: string[]
  /** The checksum of each. */
  sums: string[]
  late: Line[]
  /** Behind the last line; harmless when a later segment goes on from before it. */
  damage: Problem | undefined
}

/** One more segment: it goes on from where its writer had read to. */
function joined(before: Chained, { place, text }: Segment): Chained {
  const rows = text.split('\n')
  const incomplete = rows.pop()
  // Harmless, too, when a later segment goes on from before it.
  if (rows[0] === undefined)
    return { ...before, damage: before.damage ?? corrupt(place, 1, 1, 'it has no whole line') }
  const from = (parseLine(rows[0])?.n ?? 1) - 1
  if (from > before.lines.length && before.damage !== undefined) return before
  const lines = before.lines.slice(0, from)
  const accepted = before.rows.slice(0, from)
  const sums = before.sums.slice(0, from)
  const late = [...before.late, ...before.lines.slice(from)]
  const total = rows.length + (incomplete === '' ? 0 : 1)
  for (const [index, row] of rows.entries()) {
    const stored = parseLine(row)
    const follows = stored?.n === lines.length + 1 && chain(sums.at(-1) ?? '', stored) === stored.sum
    if (stored === undefined || !follows) {
      const damage = corrupt(place, index + 1, total)
      return { lines, rows: accepted, sums, late, damage }
    }
    const { n, at, event } = stored
    if (event.type === 'run-started' && !READABLE_FORMATS.includes(event.format))
      throw foreign(place, event.format)
    const misfit = eventMisfit(event)
    if (misfit !== undefined)
      return { lines, rows: accepted, sums, late, damage: corrupt(place, index + 1, total, misfit) }
    lines.push({ n, at, event })
    accepted.push(row)
    sums.push(stored.sum)
  }
  return { lines, rows: accepted, sums, late, damage: undefined }
}

function parseLine(row: string): StoredLine | undefined {
  // Not JSON: the caller reports it as corruption, with its place.
  const value: unknown = parseJson(row)
  return isPlainObject(value) &&
    isPlainObject(value['event']) &&
    typeof value['sum'] === 'string' &&
    milliseconds(value['at']) === undefined
    ? (value as unknown as StoredLine)
    : undefined
}

function chain(former: string, { n, at, event }: Line): string {
  return sha256(`${former}\n${canonical({ n, at, event })}`).slice('sha256:'.length, 'sha256:'.length + 16)
}

function corrupt(place: string, line: number, of: number, found?: string): Problem {
  return new Problem({
    code: 'journal-corrupt',
    message: `the journal ${place} is damaged at line ${line} of ${of}`,
    found,
    cure:
      line > 1
        ? `the lines before it can still be read: head -n ${line - 1} ${place}`
        : 'restore it from a backup. Where there is none, nobody knows what the run has done: look at everything that its plan changes (plan.json beside it), then move the folder of the run away',
  })
}

function foreign(place: string, format: unknown): Problem {
  return new Problem({
    code: 'journal-version',
    message: `the journal ${place} has format ${formatWords(format)}; this version reads ${READABLE_FORMATS.join(' and ')}`,
    cure: 'use the version of the tool that wrote it',
  })
}

function takenOver(path: string): Problem {
  return new Problem({
    code: 'lock-lost',
    // Its folder is called by its id.
    message: `somebody else has just gone on with run ${basename(dirname(path))}`,
    cure: 'Look at it with: rollback status',
    exit: EXIT.locked,
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
