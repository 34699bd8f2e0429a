import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT } from '../../core/exit.ts'
import type { Plan } from '../../core/plan/types.ts'
import { Problem } from '../../core/problem.ts'
import type { Line } from '../../core/run/events.ts'
import { MEGABYTE, readRegularFile, readTextFile, UnfitFile } from '../../io/text-file.ts'
import { type JournalRead, openJournal, parseJournal } from '../journal.ts'
import type { RunLog } from '../types.ts'
import { isCode, linkNew, makeFolderDurably, syncFolder, writeDurably } from './durable.ts'
import { openStoredPlan, PLAN_LOST } from './stored-plan.ts'

// `<root>/runs/<id>/plan.json` (sealed) and `events.jsonl`, `events.2.jsonl`, …. Folders 0700, files 0600.

const PLAN = 'plan.json'
const FIRST_SEGMENT = 'events.jsonl'
const SEGMENT = /^events(?:\.(\d+))?\.jsonl$/
/** There while other machines may not have all of it. */
const UNSHARED = 'unshared'
/** A plan of ten thousand steps is shorter, and so is its journal. */
const LONGEST_PLAN = 32 * MEGABYTE
const LONGEST_SEGMENT = 64 * MEGABYTE

interface Options {
  root: string
  redact(text: string): string
  now(): number
}

export interface RunFolders {
  /** Newest first, as far as an id tells. */
  ids(): Promise<string[]>
  has(id: string): Promise<boolean>
  plan(id: string): Promise<Plan>
  journal(id: string): Promise<JournalRead>
  /** The plan is on disk before the first event can be. */
  create(plan: Plan, options?: { unshared: boolean }): Promise<RunLog>
  /** A segment of its own for another process; of two, the first who writes a line has it. */
  reopen(id: string): Promise<{ lines: Line[]; log: RunLog }>
  /** What another machine has written: a plan that is not here yet, and lines behind those that both have. */
  adopt(id: string, plan: string, rows: readonly string[]): Promise<void>
  setShared(id: string, shared: boolean): Promise<void>
  isUnshared(id: string): Promise<boolean>
  unshared(): Promise<string[]>
  /** When a run that cannot be read was begun; milliseconds since the epoch. */
  madeAt(id: string): Promise<number>
}

export function runFolders({ root, redact, now }: Options): RunFolders {
  const runs = join(root, 'runs')
  const folderOf = (id: string): string => join(runs, id)

  async function ids(): Promise<string[]> {
    try {
      // Drafts of runs begin with a dot.
      return (await readdir(runs))
        .filter((name) => !name.startsWith('.'))
        .sort()
        .reverse()
    } catch (error) {
      if (isCode(error, 'ENOENT')) return []
      throw unreadable(runs, error)
    }
  }

  /** With its plan, or not at all: a run whose plan is not on disk does not exist. */
  async function make(id: string, planText: string, unshared: boolean): Promise<void> {
    await makeFolderDurably(runs, id, { [PLAN]: planText, ...(unshared ? { [UNSHARED]: '' } : {}) })
  }

  async function makeUnlessThere(id: string, plan: string): Promise<void> {
    if (await isThere(join(folderOf(id), PLAN))) return
    try {
      await make(id, plan, false)
    } catch (error) {
      // Another command has brought it at the same moment.
      if (!isCode(error, 'EEXIST', 'ENOTEMPTY')) throw error
    }
  }

  const isUnshared = (id: string): Promise<boolean> => isThere(join(folderOf(id), UNSHARED))

  return {
    ids,
    has: async (id) => (await ids()).includes(id),
    plan: async (id) => openStoredPlan(planText(folderOf(id)), join(folderOf(id), PLAN)),
    journal: (id) => eventsIn(folderOf(id)),

    async create(plan, { unshared } = { unshared: false }) {
      const folder = folderOf(plan.id)
      try {
        await make(plan.id, textOf(plan), unshared)
        return openJournal(join(folder, FIRST_SEGMENT), { redact, now })
      } catch (error) {
        throw isCode(error, 'EEXIST', 'ENOTEMPTY') ? alreadyCarriedOut(plan.id) : unwritable(folder, error)
      }
    },

    async reopen(id) {
      const folder = folderOf(id)
      // The number first: whoever goes on with the run while we read it takes that, and then we do not get it.
      const path = await nextSegment(folder)
      const after = await eventsIn(folder)
      return { lines: after.lines, log: openJournal(path, { redact, now, after }) }
    },

    async adopt(id, plan, rows) {
      const folder = folderOf(id)
      try {
        await makeUnlessThere(id, plan)
        const own = (await eventsIn(folder)).rows
        const parting = rows.findIndex((row, index) => row !== own[index])
        // A segment that goes on from where the two part cuts off what this machine alone has.
        if (parting === -1) return
        const segment = (await nextSegment(folder)).slice(folder.length + 1)
        await linkNew(folder, segment, `${rows.slice(parting).join('\n')}\n`)
      } catch (error) {
        // Another command has brought them at the same moment, or somebody here has just gone on with it.
        if (!isCode(error, 'EEXIST')) throw unwritable(folder, error)
      }
    },

    async setShared(id, shared) {
      if (shared) await rm(join(folderOf(id), UNSHARED), { force: true })
      else if (!(await isUnshared(id))) {
        await writeDurably(folderOf(id), UNSHARED, '')
        await syncFolder(folderOf(id))
      }
    },

    isUnshared,

    async unshared() {
      const all = await ids()
      const marked = await Promise.all(all.map(isUnshared))
      return all.filter((_, index) => marked[index])
    },

    async madeAt(id) {
      try {
        // Its folder's entries are made then, and seldom after.
        return (await stat(folderOf(id))).mtimeMs
      } catch {
        // Not even that: it is listed, and stands in front of none that can be read.
        return 0
      }
    },
  }
}

export function textOf(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`
}

function planText(folder: string): string {
  try {
    return readTextFile(join(folder, PLAN), LONGEST_PLAN)
  } catch (error) {
    throw new Problem({
      code: isCode(error, 'ENOENT') ? 'plan-missing' : 'plan-unreadable',
      message: `${folder} has no plan that can be read`,
      found: error instanceof Error ? error.message : String(error),
      cure: PLAN_LOST,
      cause: error,
    })
  }
}

/** A run that died between its plan and its first event has none. */
async function eventsIn(folder: string): Promise<JournalRead> {
  const names = await segmentsIn(folder)
  const segments = names.map((name) => {
    const place = join(folder, name)
    return { place, text: segmentText(place) }
  })
  return parseJournal(segments)
}

/** As far as it is text: what a crash has left may end within a character. */
function segmentText(place: string): string {
  try {
    return readRegularFile(place, LONGEST_SEGMENT).toString('utf8')
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error
    throw new Problem({ code: 'journal-unreadable', message: `the journal ${place} ${error.message}` })
  }
}

/** In the order in which they were begun. */
async function segmentsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name))
  return names.sort((a, b) => numberOf(a) - numberOf(b))
}

async function nextSegment(folder: string): Promise<string> {
  const last = Math.max(1, ...(await segmentsIn(folder)).map(numberOf))
  return join(folder, `events.${last + 1}.jsonl`)
}

function numberOf(segment: string): number {
  return Number(SEGMENT.exec(segment)?.[1] ?? 1)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    // Not there, or not to be seen: then nothing can be sent from it either.
    return false
  }
}

function alreadyCarriedOut(id: string): Problem {
  return new Problem({
    code: 'plan-used',
    message: `the plan ${id} was carried out already`,
    cure: `look at it with: rollback show ${id}; make a new plan to do it again`,
    exit: EXIT.refused,
  })
}

function unwritable(folder: string, cause: unknown): Problem {
  return cause instanceof Problem
    ? cause
    : new Problem({
        code: 'store-unwritable',
        message: `the run cannot be recorded in ${folder}, and nothing is done unrecorded`,
        found: cause instanceof Error ? cause.message : String(cause),
        cure: 'make the folder writable, or choose another with the environment variable ROLLBACK_STORE',
        exit: EXIT.refused,
        cause,
      })
}

function unreadable(folder: string, cause: unknown): Problem {
  return new Problem({
    code: 'store-unreadable',
    message: `the store ${folder} cannot be read`,
    found: cause instanceof Error ? cause.message : String(cause),
    cure: 'make it readable for you, or choose another with the environment variable ROLLBACK_STORE',
    cause,
  })
}
