// One of several that want the same: carries orders of the test out with the runtime, in a process of its own.

import { setTimeout as wait } from 'node:timers/promises'

import { Problem, sentenceOf } from '../../src/core/problem.ts'
import type { Line } from '../../src/core/run/events.ts'
import { abandonRun, carryThrough, resumeThrough } from '../../src/runtime/carry-through.ts'
import { isFinished } from '../../src/runtime/close-run.ts'
import { makeUndo } from '../../src/runtime/make-undo.ts'
import type { Board } from '../../src/runtime/store/board.ts'
import { block } from '../../src/runtime/store/ledger.ts'
import { LOCK, lockIn, lockText } from '../../src/runtime/store/lock-record.ts'
import type { CarryOutOptions, Session, StoredRun } from '../../src/runtime/types.ts'
import type { Care, Ended, FromWorker, Job, Order, Setting, ToWorker } from './protocol.ts'
import { enterWorld, mark, planOf, sessionIn } from './world.ts'

const [, , argument = ''] = process.argv
const setting = JSON.parse(argument) as Setting
const tell = (message: FromWorker): void => void process.send?.(message)

let order: Order
let session: Session
let prepared: (options: CarryOutOptions) => Promise<Pick<Ended, 'exit' | 'result' | 'words'>>
/** Of the run that is under way, for the marks of its effects. */
let run = ''
let gate = Promise.withResolvers<void>()

process.on('message', (message: ToWorker) => {
  if (message.do === 'finish') gate.resolve()
  else if (message.do === 'go') void go(BigInt(message.at))
  else void prepare(message.order)
})
tell({ is: 'there' })

async function prepare(next: Order): Promise<void> {
  order = next
  gate = Promise.withResolvers()
  if (!order.gated) gate.resolve()
  session = openSession(order.world)
  enterWorld(order.world, { before: beginEffect, after: endEffect })
  try {
    prepared = await prepareJob(order.job)
    tell({ is: 'ready' })
  } catch (error) {
    tell({ is: 'ended', ...failed(error) })
  }
}

async function go(at: bigint): Promise<void> {
  await until(at)
  let first: bigint | undefined
  let last: bigint | undefined
  const onLine = (_: Line): void => {
    last = process.hrtime.bigint()
    first ??= last
  }
  const options: CarryOutOptions = { answers: {}, onLine, interrupt: new AbortController().signal }
  let ended = await attempt(options)
  while (order.patient && (ended.exit === 25 || ended.exit === 20)) {
    await wait((setting.pause ?? 4) * (0.25 + Math.random()))
    first = last = undefined
    try {
      prepared = await prepareJob(order.job)
      ended = await attempt(options)
    } catch (error) {
      ended = failed(error)
    }
  }
  await session.close()
  tell({ is: 'ended', ...ended, first: first?.toString(), last: last?.toString() })
}

async function attempt(options: CarryOutOptions): Promise<Pick<Ended, 'exit' | 'result' | 'words'>> {
  try {
    return await prepared(options)
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): Pick<Ended, 'exit' | 'result' | 'words'> {
  const problem = error instanceof Problem
  const words = problem ? sentenceOf(error) : String(error instanceof Error ? error.stack : error)
  return { exit: problem ? error.exit : 1, result: problem ? error.code : 'unexpected', words }
}

/** Everything up to the moment at which the lock is wanted: what a person would have looked at, and agreed to. */
async function prepareJob(job: Job): Promise<typeof prepared> {
  switch (job.kind) {
    case 'run':
      return prepareRun(job)
    case 'block':
      return prepareBlock(job)
    case 'rescue': {
      const found = await storedRun(job.run)
      return found === undefined || isFinished(found) ? prepareRun(job.instead) : prepareCare(job.how, found)
    }
    default:
      return prepareCare(job.kind, await session.store.find(job.run))
  }
}

/** As the command does it, once it knows which version is meant. */
function prepareBlock({ service, versions }: Extract<Job, { kind: 'block' }>): typeof prepared {
  const board = session.store.board(service, 'production')
  return async () => {
    for (const given of versions) {
      const since = new Date(session.read.now()).toISOString()
      const release = { given, sha: given }
      await block(board, { release, digests: [], since, by: session.who, reason: 'a race' })
    }
    return { exit: 0, result: 'blocked', words: '' }
  }
}

function prepareCare(how: Care, found: StoredRun): typeof prepared | Promise<typeof prepared> {
  switch (how) {
    case 'resume':
      return prepareResume(found)
    case 'undo':
      return prepareUndo(found)
    case 'abandon':
      return prepareAbandon(found)
  }
}

async function prepareUndo(takesBack: StoredRun): Promise<typeof prepared> {
  const outcome = await makeUndo(session, takesBack, { without: [] })
  // As the command does: nothing of it is in place, so nobody has to go on with it.
  if (outcome.kind === 'already') return prepareAbandon(takesBack)
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  return async (options) => {
    run = outcome.plan.id
    return resultOf(await carryThrough(session, outcome.plan, { ...options, takesBack }))
  }
}

function prepareAbandon(found: StoredRun): typeof prepared {
  return async ({ interrupt }) => {
    await abandonRun(session, found, 'a race', { answers: {}, interrupt })
    return { exit: 0, result: 'abandoned', words: '' }
  }
}

async function prepareRun(job: Extract<Job, { kind: 'run' }>): Promise<typeof prepared> {
  const plan = await planOf(session, job)
  return async (options) => {
    run = plan.id
    return resultOf(await carryThrough(session, plan, options))
  }
}

function prepareResume(found: StoredRun): typeof prepared {
  return async (options) => {
    run = found.plan.id
    return resultOf(await resumeThrough(session, found, options))
  }
}

function resultOf({ ended, exit }: Awaited<ReturnType<typeof carryThrough>>) {
  return { exit, result: ended.result, words: ended.why }
}

async function storedRun(id: string): Promise<StoredRun | undefined> {
  try {
    return await session.store.find(id)
  } catch (error) {
    if (error instanceof Problem && ['run-not-found', 'plan-missing'].includes(error.code)) return undefined
    throw error
  }
}

// ---------------------------------------------------------------- effects

async function beginEffect(effect: string): Promise<void> {
  mark(order.world, { who: setting.name, run, effect, what: 'begin' })
  tell({ is: 'effect', name: effect })
  await gate.promise
  if (order.takes > 0) await wait(Math.random() * order.takes)
}

function endEffect(effect: string): void {
  mark(order.world, { who: setting.name, run, effect, what: 'end' })
}

// ---------------------------------------------------------------- the session

function openSession(world: string): Session {
  const session = sessionIn(world, setting.name, setting.skew)
  const { store } = session
  return {
    ...session,
    store: {
      ...store,
      pace: setting.pace,
      board: (service, environment) => elsewhere(store.board(service, environment)),
    },
  }
}

/** Says of our own process that it is on a machine where nobody can look. */
function elsewhere(board: Board): Board {
  if (!setting.remote) return board
  return {
    ...board,
    write(former, changes, why) {
      const text = changes[LOCK]
      if (text === undefined || text === null) return board.write(former, changes, why)
      const record = lockIn({ [LOCK]: text }, board.place)
      if (record?.process.pid !== process.pid) return board.write(former, changes, why)
      const moved = { ...record, process: { ...record.process, where: `${setting.name}/0/0` } }
      return board.write(former, { ...changes, [LOCK]: lockText(moved) }, why)
    },
  }
}

/** As close as it gets: a timer for the most of it, then without a pause. */
async function until(at: bigint): Promise<void> {
  const left = Number(at - process.hrtime.bigint()) / 1e6
  if (left > 2) await wait(left - 1)
  while (process.hrtime.bigint() < at);
}
