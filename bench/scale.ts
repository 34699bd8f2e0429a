import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { openJournal } from '../src/runtime/journal.ts'
import { carryOutLong, inMemory } from './long-run.ts'
import { type Contender, measure } from './measure.ts'
import { type Benchmark, type Outcome, type Ratio, ratio } from './outcome.ts'
import { inCheckout } from './program.ts'

const LENGTHS = [1250, 2500, 5000, 10_000] as const
/** Twice as long takes twice as long; with every step against every other it would be four times. */
const LIMIT = 2.6
/** What a process takes before it has any plan. */
const SHORTEST = 1

export const scale: Benchmark = { run }

async function run(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rollback-bench-'))
  try {
    const decided = await measure(
      LENGTHS.map((length): Contender => ({
        name: decidedName(length),
        run: async () => void (await carryOutLong(length, inMemory())),
      })),
      { rounds: 7, warmUps: 2 },
    )
    const journalled = await measure(
      LENGTHS.map((length) => journalling(length, folder)),
      { rounds: 3, warmUps: 1 },
    )
    const measured = [...decided, ...journalled]
    const memory = await memoryOf([SHORTEST, ...LENGTHS])
    const mebibytes = (length: number) => Math.round((memory.get(length) ?? 0) / 2 ** 20)
    return {
      title: 'Scale',
      about:
        'Plans of 1,250 to 10,000 steps, from the list of steps over the sealed plan and every event of the run to the report; nine of ten steps go at once, every tenth waits for all above it. The world takes every change at once.',
      measured,
      ratios: [
        ...doublings((longer, shorter) =>
          ratio(measured, decidedName(longer), decidedName(shorter), { limit: LIMIT }),
        ),
        ...doublings((longer, shorter) =>
          ratio(measured, journalledName(longer), journalledName(shorter), { limit: LIMIT }),
        ),
        ...doublings((longer, shorter) => memoryRatio(memory, longer, shorter)),
      ],
      counts: Object.fromEntries(
        [SHORTEST, ...LENGTHS].map((length) => [
          `MiB at most, ${named(length)}, in a process of its own`,
          mebibytes(length),
        ]),
      ),
      notes: [
        'Memory is compared after the memory of a process with a plan of one step is taken off; how far a heap grows before it is swept is up to Node.',
      ],
      notMeasured: [
        'Planning: reading the runbook and looking at the surfaces.',
        'Many surfaces of one step: they are looked through at every decision.',
      ],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function journalling(length: number, folder: string): Contender {
  const path = join(folder, `${length}.jsonl`)
  return {
    name: journalledName(length),
    prepare: () => rm(path, { force: true }),
    async run() {
      const log = openJournal(path, { redact: (text) => text, now: Date.now })
      await carryOutLong(length, (event) => log.append(event))
      await log.close()
    },
  }
}

/** Each length but the first against the one before. */
function doublings(compare: (longer: number, shorter: number) => Ratio): Ratio[] {
  return LENGTHS.slice(1).map((longer, index) => compare(longer, LENGTHS[index] ?? longer))
}

async function memoryOf(lengths: readonly number[]): Promise<Map<number, number>> {
  const memory = new Map<number, number>()
  for (const length of lengths) {
    const runs: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        inCheckout('bench/long-run-memory.ts'),
        String(length),
      ])
      runs.push(Number(stdout))
    }
    memory.set(length, runs.toSorted((a, b) => a - b)[1] ?? Number.NaN)
  }
  return memory
}

function memoryRatio(memory: ReadonlyMap<number, number>, longer: number, shorter: number): Ratio {
  const above = (length: number) => (memory.get(length) ?? Number.NaN) - (memory.get(SHORTEST) ?? Number.NaN)
  return {
    of: `memory, ${named(longer)}`,
    to: `memory, ${named(shorter)}`,
    value: above(longer) / above(shorter),
    limit: LIMIT,
  }
}

function decidedName(length: number): string {
  return `${named(length)}, in memory`
}

function journalledName(length: number): string {
  return `${named(length)}, on disk`
}

function named(length: number): string {
  return `${length.toLocaleString('en')} ${length === 1 ? 'step' : 'steps'}`
}
