import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { parseJournal } from '../journal.ts'
import type { RunLog, Store } from '../types.ts'
import type { Changes, Snapshot } from './board.ts'
import type { GitBoards } from './git-board.ts'
import { eventsFile, oldRuns, planFile, runsIn } from './run-files.ts'
import { type RunFolders, textOf } from './run-folders.ts'
import { oneOf } from './run-named.ts'
import { openStoredPlan } from './stored-plan.ts'
import { update } from './update.ts'

// A store that several machines share. A run is written on this machine first, line by line, and sent to the board of
// its service and environment at checkpoints: before every effect and every program, when a step ends, and when the run
// does. What another machine has written is brought here before
// it is shown or gone on with.

const PACE = { beat: 20_000, ttl: 90_000 }
/** Milliseconds between two checkpoints that nobody waits for. */
const CALM = 2000
/** After these other machines are told, soon. */
const CHECKPOINTS = new Set<RunEvent['type']>([
  'step-ended',
  'phase-started',
  'proof',
  'interrupted',
  'bake-started',
  'bake-watched',
])

interface SharedStoreOptions {
  place: string
  boards: GitBoards
  /** What is kept on this machine, and the same as a store of its own. */
  folders: RunFolders
  local: Store
}

export function sharedStore({ place, boards, folders, local }: SharedStoreOptions): Store {
  async function all(): Promise<Snapshot[]> {
    const there = await boards.list()
    return Promise.all(there.map(({ service, environment }) => boards.board(service, environment).read()))
  }

  /** Brings what another machine has written of this run. */
  async function bring(id: string, { files }: Snapshot): Promise<void> {
    const plan = files[planFile(id)]
    if (plan === undefined) return
    const opened = openStoredPlan(plan, `${planFile(id)} of ${place}`)
    if (opened.id !== id) throw foreign(id, place)
    const text = files[eventsFile(id)] ?? ''
    // Sent before it had a line.
    const segments = text === '' ? [] : [{ place: `${eventsFile(id)} of ${place}`, text }]
    const { rows } = parseJournal(segments)
    await folders.adopt(id, plan, rows)
  }

  /** Everything that the board of a run has of it; where the run is not known here, all boards are looked through. */
  async function bringNewest(wanted: string): Promise<string> {
    const here = await folders.ids()
    if (here.includes(wanted)) {
      const plan = await folders.plan(wanted)
      await bring(wanted, await boards.board(plan.service, plan.environment).read())
      return wanted
    }
    const seen = await all()
    const id = oneOf(wanted, [...new Set([...here, ...seen.flatMap(runsIn)])].sort().reverse())
    for (const snapshot of seen) await bring(id, snapshot)
    return id
  }

  async function send(id: string): Promise<void> {
    const plan = await folders.plan(id)
    const board = boards.board(plan.service, plan.environment)
    const { rows } = await folders.journal(id)
    const own = { plan: textOf(plan), events: rows.map((row) => `${row}\n`).join('') }
    await update(board, `run: ${id}`, (seen) => changesFor(id, own, seen))
  }

  function sharing(id: string, log: RunLog): RunLog {
    let timer: NodeJS.Timeout | undefined
    let last: Promise<unknown> = Promise.resolve()
    let next: Promise<void> | undefined
    /** One after the other; each sends all that there is by then, for everybody who has asked before it began. */
    function sendNext(): Promise<void> {
      next ??= last.then(() => {
        next = undefined
        const sent = send(id)
        last = sent.catch(() => undefined)
        return sent
      })
      return next
    }
    return {
      async append(event) {
        const line = await log.append(event)
        if (CHECKPOINTS.has(event.type)) {
          // Nobody waits for it: what matters is sent, and looked at, before every effect that needs it.
          timer ??= setTimeout(() => {
            timer = undefined
            void sendNext().catch(() => undefined)
          }, CALM).unref()
        }
        return line
      },
      keep: (name, text, eventOf) => log.keep(name, text, eventOf),
      share: sendNext,
      async close() {
        clearTimeout(timer)
        await log.close()
        try {
          await sendNext()
          await folders.setShared(id, true)
        } catch (error) {
          // It stays marked, and is sent by whoever uses the store next.
          if (!(error instanceof Problem)) throw error
        }
      },
    }
  }

  return {
    place,
    pace: PACE,

    create: async (plan) => sharing(plan.id, await folders.create(plan, { unshared: true })),

    async reopen(wanted) {
      const id = await bringNewest(wanted)
      const plan = await folders.plan(id)
      const { lines, log } = await folders.reopen(id)
      await folders.setShared(id, false)
      return { plan, lines, log: sharing(id, log) }
    },

    board: (service, environment) => boards.board(service, environment),

    async boards() {
      const there = await boards.list()
      return there.map((one) => ({ ...one, board: boards.board(one.service, one.environment) }))
    },

    async isOver(id) {
      if (!(await folders.has(id)) && !(await all()).some((seen) => runsIn(seen).includes(id))) return true
      return local.isOver(await bringNewest(id))
    },

    async list(onDamaged) {
      try {
        for (const seen of await all()) {
          for (const id of runsIn(seen)) {
            await bring(id, seen).catch((error: unknown) => onDamaged?.(id, error))
          }
        }
      } catch (error) {
        // What is here can be told all the same.
        onDamaged?.(place, error)
      }
      return local.list(onDamaged)
    },

    async find(wanted) {
      if (wanted === 'last') {
        await this.list((_, error) => {
          // The last one that is here may not be the last one.
          if (error instanceof Problem && error.code === 'store-unreachable') throw error
        })
        return local.find(wanted)
      }
      return local.find(await bringNewest(wanted))
    },

    late: {
      list: () => folders.unshared(),
      find: (id) => local.find(id),
      send,
      done: (id) => folders.setShared(id, true),
    },
  }
}

function changesFor(id: string, own: { plan: string; events: string }, seen: Snapshot): Changes | undefined {
  const there = seen.files[eventsFile(id)] ?? ''
  if (!own.events.startsWith(there)) {
    // Behind what we have: a later checkpoint of ours was faster. Else somebody has gone on with the run.
    if (there.startsWith(own.events)) return undefined
    throw goneOn(id)
  }
  if (there === own.events && seen.files[planFile(id)] !== undefined) return undefined
  return { ...oldRuns(seen), [planFile(id)]: own.plan, [eventsFile(id)]: own.events }
}

function goneOn(id: string): Problem {
  return new Problem({
    code: 'lock-lost',
    message: `run ${id} is no longer ours: somebody else has gone on with it on another machine`,
    cure: 'Look at it with: rollback status',
    exit: EXIT.locked,
  })
}

function foreign(id: string, place: string): Problem {
  return new Problem({
    code: 'store-foreign',
    message: `what stands in ${place} under the run ${id} is another run`,
    cure: 'somebody has edited the store; restore it from its history',
    exit: EXIT.refused,
  })
}
