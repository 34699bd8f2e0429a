import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { RunEvent } from '../src/core/run/events.ts'
import { createRedactor } from '../src/io/redact.ts'
import { openJournal } from '../src/runtime/journal.ts'
import { measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'

const EVENTS = 1000
const OURS = `${EVENTS} events, journal`
const BARE = `${EVENTS} × append and fdatasync`

export const journal: Benchmark = { run }

async function run(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rollback-bench-'))
  const ours = join(folder, 'journal.jsonl')
  const bare = join(folder, 'bare.jsonl')
  try {
    await appendEvents(ours)
    const rows = (await readFile(ours, 'utf8')).split(/(?<=\n)/)
    const measured = await measure(
      [
        { name: BARE, prepare: () => rm(bare, { force: true }), run: () => appendBare(bare, rows) },
        { name: OURS, prepare: () => rm(ours, { force: true }), run: () => appendEvents(ours) },
      ],
      { rounds: 15, warmUps: 3 },
    )
    return {
      title: 'Journal',
      about: `${EVENTS} events of a run, each on disk before the next: redacted, chained by a checksum and written, against the same bytes written by bare Node.`,
      measured,
      ratios: [ratio(measured, OURS, BARE, { limit: 2 })],
      notMeasured: [
        'A slow disk, where fdatasync takes milliseconds: there is nothing to be seen of the rest.',
        'A shared store: what is pushed to other machines.',
      ],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function appendEvents(path: string): Promise<void> {
  const redactor = createRedactor()
  redactor.add('hunter2-hunter2', '[secret token]')
  const log = openJournal(path, { redact: (text) => redactor.redact(text), now: Date.now })
  for (let index = 0; index < EVENTS; index += 1) await log.append(eventOf(index))
  await log.close()
}

async function appendBare(path: string, rows: readonly string[]): Promise<void> {
  const file = await open(path, 'ax', 0o600)
  for (const row of rows) {
    await file.appendFile(row)
    await file.datasync()
  }
  await file.close()
}

/** Intent and outcome in turns. */
function eventOf(index: number): RunEvent {
  const one = { step: 'image', effect: `image:ghcr.io/acme/api:prod-${index}`, attempt: 1 }
  return index % 2 === 0
    ? { type: 'intent', ...one, use: 'first' }
    : { type: 'outcome', ...one, ok: true, receipt: { digest: `sha256:${'0'.repeat(64)}` } }
}
