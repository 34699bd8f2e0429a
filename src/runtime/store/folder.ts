import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { EXIT } from '../../core/exit.ts'
import { openPlan } from '../../core/plan/seal.ts'
import { Problem } from '../../core/problem.ts'
import { type JournalRead, openJournal, parseJournal } from '../journal.ts'
import type { Store, StoredRun } from '../types.ts'
import { boardFolder, boardsIn } from './board-folders.ts'
import { isCode, syncFolder, writeDurably } from './durable.ts'
import { folderBoard } from './folder-board.ts'

// `<root>/runs/<id>/plan.json` (sealed) and `events.jsonl`, `events.2.jsonl`, …; `<root>/boards/` for what runs share.
// Per user: folders 0700, files 0600.

const PLAN = 'plan.json'
const FIRST_SEGMENT = 'events.jsonl'
const SEGMENT = /^events(?:\.(\d+))?\.jsonl$/
const PACE = { beat: 5000, ttl: 30_000 }

export interface FolderStoreOptions {
  root: string
  redact(text: string): string
  now(): number
}

/** `$XDG_STATE_HOME/rollback`, else `~/.local/state/rollback`; `$ROLLBACK_STORE` stands before both. */
export function defaultRoot(env: NodeJS.ProcessEnv): string {
  if (env['ROLLBACK_STORE']) return env['ROLLBACK_STORE']
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'rollback')
}

export function folderStore({ root, redact, now }: FolderStoreOptions): Store {
  const runs = join(root, 'runs')

  async function ids(): Promise<string[]> {
    try {
      return (await readdir(runs)).sort().reverse()
    } catch (error) {
      if (isCode(error, 'ENOENT')) return []
      throw unreadable(runs, error)
    }
  }

  async function load(id: string): Promise<StoredRun> {
    const folder = join(runs, id)
    const plan = openPlan(await planText(folder), join(folder, PLAN))
    const { lines, late } = await eventsIn(folder)
    return { plan, lines, ...(late.length === 0 ? {} : { late }) }
  }

  /** By the start of the run: an id tells only the second in which its plan was made. */
  async function newestFirst(): Promise<Listed[]> {
    const all = await Promise.all(
      (await ids()).map(async (id): Promise<Listed> => {
        try {
          const run = await load(id)
          return { id, at: run.lines[0]?.at ?? Date.parse(run.plan.createdAt), run }
        } catch (error) {
          return { id, at: await madeAt(join(runs, id)), error }
        }
      }),
    )
    return all.sort((a, b) => b.at - a.at)
  }

  return {
    place: root,

    async create(plan) {
      const folder = join(runs, plan.id)
      try {
        await mkdir(runs, { recursive: true, mode: 0o700 })
        await mkdir(folder, { mode: 0o700 })
        await writeDurably(folder, PLAN, `${JSON.stringify(plan, undefined, 2)}\n`)
        const log = await openJournal(join(folder, FIRST_SEGMENT), { redact, now })
        await syncFolder(folder)
        await syncFolder(runs)
        return log
      } catch (error) {
        throw isCode(error, 'EEXIST') ? alreadyCarriedOut(plan.id) : unwritable(folder, error)
      }
    },

    async reopen(id) {
      const folder = join(runs, id)
      const plan = openPlan(await planText(folder), join(folder, PLAN))
      const after = await eventsIn(folder)
      const path = join(folder, `events.${(await lastSegment(folder)) + 1}.jsonl`)
      try {
        const log = await openJournal(path, { redact, now, after })
        await syncFolder(folder)
        return { plan, lines: after.lines, log }
      } catch (error) {
        throw isCode(error, 'EEXIST') ? takenOver(id) : unwritable(folder, error)
      }
    },

    pace: PACE,

    board: (service, environment) => folderBoard(boardFolder(root, service, environment)),

    async boards() {
      const folders = await boardsIn(root)
      return folders.map(({ folder, ...rest }) => ({ ...rest, board: folderBoard(folder) }))
    },

    async isOver(id) {
      try {
        const { lines } = await load(id)
        return lines.some(({ event }) => event.type === 'run-ended')
      } catch (error) {
        // A run whose plan was never stored has done nothing.
        if (error instanceof Problem && error.code === 'plan-missing') return true
        throw error
      }
    },

    async list(onDamaged) {
      const all = await newestFirst()
      for (const { id, error } of all) if (error !== undefined) onDamaged?.(id, error)
      return all.flatMap(({ run }) => run ?? [])
    },

    async find(wanted) {
      if (wanted === 'last') {
        const [last] = await newestFirst()
        if (last?.error !== undefined) throw last.error
        if (last?.run !== undefined) return last.run
      }
      const all = await ids()
      const matches = all.includes(wanted) ? [wanted] : all.filter((id) => isShortFor(id, wanted))
      const [only, ...others] = matches
      if (only === undefined || others.length > 0) throw notOne(wanted, matches, all)
      return load(only)
    },
  }
}

/** Its beginning, or what people remember of it: its end. */
function isShortFor(id: string, wanted: string): boolean {
  return id.startsWith(wanted) || id.endsWith(`-${wanted}`)
}

interface Listed {
  id: string
  /** Milliseconds since the epoch. */
  at: number
  run?: StoredRun
  error?: unknown
}

/** When a run that cannot be read was begun: its folder's entries are made then, and never after. */
async function madeAt(folder: string): Promise<number> {
  try {
    return (await stat(folder)).mtimeMs
  } catch {
    // Not even that: it is listed, and stands in front of none that can be read.
    return 0
  }
}

async function planText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, PLAN), 'utf8')
  } catch (error) {
    throw new Problem({
      code: isCode(error, 'ENOENT') ? 'plan-missing' : 'plan-unreadable',
      message: `${folder} has no plan that can be read`,
      found: error instanceof Error ? error.message : String(error),
      cure: 'a run that died before its plan was stored has changed nothing: remove the folder',
      cause: error,
    })
  }
}

/** A run that died between its plan and its first event has none. */
async function eventsIn(folder: string): Promise<JournalRead> {
  const names = await segmentsIn(folder)
  const segments = names.map(async (name) => {
    const place = join(folder, name)
    return { place, text: await readFile(place, 'utf8') }
  })
  return parseJournal(await Promise.all(segments))
}

/** In the order in which they were begun. */
async function segmentsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name))
  return names.sort((a, b) => numberOf(a) - numberOf(b))
}

async function lastSegment(folder: string): Promise<number> {
  return Math.max(1, ...(await segmentsIn(folder)).map(numberOf))
}

function numberOf(segment: string): number {
  return Number(SEGMENT.exec(segment)?.[1] ?? 1)
}

function takenOver(id: string): Problem {
  return new Problem({
    code: 'locked',
    message: `somebody else has just gone on with run ${id}`,
    cure: 'Look at it with: rollback status',
    exit: EXIT.locked,
  })
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
