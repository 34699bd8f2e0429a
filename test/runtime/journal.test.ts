import { existsSync } from 'node:fs'
import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Problem } from '../../src/core/problem.ts'
import type { RunEvent } from '../../src/core/run/events.ts'
import { type JournalRead, openJournal, parseJournal } from '../../src/runtime/journal.ts'
import { tempFolder } from '../helpers/folder.ts'

const EVENTS: RunEvent[] = [
  { type: 'phase-started', phase: 'execute' },
  { type: 'step-started', step: 'image' },
  { type: 'intent', step: 'image', effect: 'image:a', attempt: 1, use: 'first' },
  { type: 'outcome', step: 'image', effect: 'image:a', attempt: 1, ok: true, receipt: { ü: '€ “x”' } },
]

const BITS = [1, 2, 4, 8, 16, 32, 64, 128]

let folder: Awaited<ReturnType<typeof tempFolder>>
let path: string

beforeEach(async () => {
  folder = await tempFolder('journal')
  path = join(folder.path, 'events.jsonl')
})

afterEach(() => folder.stop())

const plainly = { redact: (text: string) => text, now: () => 1_700_000_000_000 }

async function written(): Promise<Buffer> {
  const log = openJournal(path, plainly)
  for (const event of EVENTS) await log.append(event)
  await log.close()
  return readFile(path)
}

function parsed(...segments: (string | Buffer)[]): JournalRead {
  return parseJournal(segments.map((text, index) => ({ place: `segment ${index + 1}`, text: String(text) })))
}

function eventsOf(...segments: (string | Buffer)[]): RunEvent[] {
  return parsed(...segments).lines.map(({ event }) => event)
}

/** What a process writes that goes on from there. */
async function goneOn(after: JournalRead, name: string, ...events: RunEvent[]): Promise<Buffer> {
  const log = openJournal(join(folder.path, name), { ...plainly, after })
  for (const event of events) await log.append(event)
  await log.close()
  return readFile(join(folder.path, name))
}

const CUT: RunEvent = { type: 'interrupted', signal: 'SIGINT' }

test('what was appended is read back, numbered without gaps', async () => {
  const { lines } = parsed(await written())
  expect(lines.map(({ event }) => event)).toEqual(EVENTS)
  expect(lines.map(({ n }) => n)).toEqual([1, 2, 3, 4])
})

test('a line is in the file when `append` returns', async () => {
  const log = openJournal(path, plainly)
  await log.append({ type: 'step-started', step: 'image' })
  expect(await readFile(path, 'utf8')).toContain('step-started')
  await log.close()
})

test('lines that are appended at once keep their order', async () => {
  const log = openJournal(path, plainly)
  await Promise.all(EVENTS.map((event) => log.append(event)))
  await log.close()
  expect(eventsOf(await readFile(path))).toEqual(EVENTS)
})

test('nobody else can read it', async () => {
  await written()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

describe('after a crash', () => {
  test('wherever the file ends, whole lines are kept and a torn last one is dropped', async () => {
    const bytes = await written()
    for (let length = bytes.indexOf('\n') + 1; length <= bytes.length; length += 1) {
      const kept = eventsOf(bytes.subarray(0, length))
      expect(kept).toEqual(EVENTS.slice(0, kept.length))
      const whole = bytes.subarray(0, length).toString('latin1').split('\n').length - 1
      expect(kept).toHaveLength(whole)
    }
  })

  test('there is no file without its first line: one that is cut within it has lost what was in it', async () => {
    const bytes = await written()
    for (const length of [0, 1, bytes.indexOf('\n')])
      expect(() => parsed(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({
          code: 'journal-corrupt',
          cure: expect.stringContaining('plan.json') as string,
        }),
      )
    expect(existsSync(join(folder.path, 'events.2.jsonl'))).toBe(false)
    await openJournal(join(folder.path, 'events.2.jsonl'), plainly).close()
    expect(existsSync(join(folder.path, 'events.2.jsonl'))).toBe(false)
  })

  test('a torn line does not spoil the lines that are appended later', async () => {
    const bytes = await written()
    const torn = bytes.subarray(0, bytes.length - 9)
    const second = await goneOn(parsed(torn), 'events.2.jsonl', CUT)
    expect(eventsOf(torn, second)).toEqual([...EVENTS.slice(0, 3), CUT])
  })

  test('numbers and the chain go on where they ended', async () => {
    const first = await written()
    const second = await goneOn(parsed(first), 'events.2.jsonl', CUT)
    expect(parsed(first, second).lines.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
  })

  test('a segment is written by one process only', async () => {
    await written()
    const other = openJournal(path, plainly)
    await expect(other.append(CUT)).rejects.toMatchObject({ code: 'lock-lost' })
    expect(eventsOf(await readFile(path))).toEqual(EVENTS)
  })
})

describe('a holder that wakes up after its run was taken over', () => {
  test('what it still writes is no part of the run, and is kept to be looked at', async () => {
    const first = await written()
    const rows = String(first).split('\n')
    const second = await goneOn(parsed(rows.slice(0, 2).join('\n') + '\n'), 'events.2.jsonl', CUT)
    expect(parsed(first, second)).toMatchObject({
      lines: [{ n: 1 }, { n: 2 }, { n: 3, event: CUT }],
      late: [{ n: 3 }, { n: 4 }],
    })
  })

  test('nor does it matter how it ended', async () => {
    const first = String(await written())
    const second = await goneOn(parsed(first), 'events.2.jsonl', CUT)
    expect(eventsOf(`${first}{"n":5,"at":0\n`, second)).toEqual([...EVENTS, CUT])
  })

  test('one that had not written yet cuts nothing off', async () => {
    const first = await written()
    const third = await goneOn(parsed(first), 'events.3.jsonl', CUT)
    expect(eventsOf(first, '', third)).toEqual([...EVENTS, CUT])
    expect(eventsOf(first, '{"n":5,', third)).toEqual([...EVENTS, CUT])
  })

  test('of two that went on from the same line, the later one counts', async () => {
    const first = await written()
    const second = await goneOn(parsed(first), 'events.2.jsonl', CUT)
    const third = await goneOn(parsed(first), 'events.3.jsonl', { type: 'step-started', step: 'b' })
    expect(parsed(first, second, third)).toMatchObject({
      lines: [{}, {}, {}, {}, { n: 5, event: { type: 'step-started' } }],
      late: [{ n: 5, event: CUT }],
    })
  })
})

describe('damage', () => {
  test('every flipped bit is noticed, or tears the last line off', async () => {
    const bytes = await written()
    const flips = [...bytes.keys()].flatMap((index) => BITS.map((bit) => ({ index, bit })))
    const unnoticed = flips.filter(({ index, bit }) => {
      const damaged = Buffer.from(bytes)
      damaged[index] = (damaged[index] ?? 0) ^ bit
      try {
        const kept = eventsOf(damaged)
        return index !== bytes.length - 1 || kept.length !== EVENTS.length - 1
      } catch (error) {
        return !(error instanceof Problem)
      }
    })
    expect(unnoticed).toEqual([])
  })

  test('the line is named, and how to read what is before it', async () => {
    const rows = (await written()).toString().split('\n')
    rows[2] = (rows[2] ?? '').replace('"attempt":1', '"attempt":2')
    expect(() => parseJournal([{ place: '/runs/x/events.jsonl', text: rows.join('\n') }])).toThrow(
      expect.objectContaining({
        code: 'journal-corrupt',
        message: 'the journal /runs/x/events.jsonl is damaged at line 3 of 4',
        cure: expect.stringContaining('head -n 2 /runs/x/events.jsonl') as string,
      }),
    )
  })

  test.each([
    ['a line is missing', (rows: string[]) => rows.toSpliced(1, 1)],
    ['a line stands twice', (rows: string[]) => rows.toSpliced(1, 0, rows[1] ?? '')],
    ['two lines have changed places', ([a, b, ...rest]: string[]) => [b ?? '', a ?? '', ...rest]],
    ['a line is empty', (rows: string[]) => rows.toSpliced(1, 0, '')],
    ['the first lines are missing', (rows: string[]) => rows.slice(1)],
  ])('%s', async (_, damage) => {
    const rows = (await written()).toString().split('\n')
    expect(() => parsed(damage(rows).join('\n'))).toThrow(
      expect.objectContaining({ code: 'journal-corrupt' }),
    )
  })

  test('another format is refused with its number', async () => {
    const log = openJournal(path, plainly)
    await log.append({ type: 'run-started', format: 3 } as unknown as RunEvent)
    await log.close()
    const bytes = await readFile(path)
    expect(() => parsed(bytes)).toThrow('has format 3; this version reads 1 and 2')
  })
})

test('once a line could not be written nothing more is, and everybody is told', async () => {
  const log = openJournal(path, plainly)
  await log.append({ type: 'step-started', step: 'image' })
  await log.close()
  await expect(log.append({ type: 'step-started', step: 'b' })).rejects.toMatchObject({
    code: 'journal-failed',
  })
  await expect(log.append({ type: 'step-started', step: 'c' })).rejects.toMatchObject({
    code: 'journal-failed',
  })
  await appendFile(path, '')
  expect(eventsOf(await readFile(path))).toHaveLength(1)
})

describe('edited by hand, with checksums that fit', () => {
  test.each<[what: string, event: unknown, found: string]>([
    ['an event without its step', { type: 'step-started' }, 'step is not a name'],
    ['a kind that is unknown', { type: 'made-up' }, '"made-up" is no kind of event'],
    ['a list for a text', { type: 'interrupted', signal: [] }, 'signal is not text'],
  ])('%s is refused, with its line', async (_, event, found) => {
    const journal = openJournal(path, plainly)
    await journal.append({ type: 'phase-started', phase: 'execute' })
    await journal.append(event as RunEvent)
    await journal.close()
    const bytes = await readFile(path)
    expect(() => parsed(bytes)).toThrow(
      expect.objectContaining({
        code: 'journal-corrupt',
        message: 'the journal segment 1 is damaged at line 2 of 2',
        found: expect.stringContaining(found) as string,
      }),
    )
  })

  test('a time that no date can hold is damage', async () => {
    const journal = openJournal(path, { ...plainly, now: () => 1e300 })
    await journal.append({ type: 'phase-started', phase: 'execute' })
    await journal.close()
    const bytes = await readFile(path)
    expect(() => parsed(bytes)).toThrow(expect.objectContaining({ code: 'journal-corrupt' }))
  })
})
