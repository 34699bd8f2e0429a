import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { poll } from '../helpers/process.ts'
import { type Stoppable, stoppable } from '../helpers/stoppable.ts'
import type { Ended, FromWorker, Order, Setting, ToWorker } from './protocol.ts'
import type { Luck } from './rounds.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Nothing here takes so long, not on a busy machine either; milliseconds. */
const HANG = 180_000

/** Before they are let go, so that all have heard of it; and how far they are apart at most. Milliseconds. */
const AHEAD = 3
const APART = 2

/** A worker process that lives over many rounds. */
export interface Contender extends Stoppable {
  readonly name: string
  /** `ready`, or how it ended before it wanted the lock. */
  prepare(order: Order): Promise<'ready' | Ended>
  go(at: bigint): void
  /** Opens the gate of its effects. */
  finish(): void
  /** When the n-th effect of this order begins, or it ends without that. */
  effect(n: number): Promise<'begun' | Ended>
  ended(): Promise<Ended>
  /** SIGSTOP; returns when it stands still. */
  suspend(): Promise<void>
  wake(): void
}

export async function startContender(setting: Setting): Promise<Contender> {
  const child = fork(WORKER, [JSON.stringify(setting)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const say = (message: ToWorker): void => void child.send(message)
  const killed = once(child, 'exit')
  // The test may be over before it is waited for.
  killed.catch(() => undefined)
  let heard: FromWorker[] = []
  const waiting: (() => void)[] = []
  const there = Promise.withResolvers<void>()
  child.on('message', (message: FromWorker) => {
    if (message.is === 'there') there.resolve()
    heard.push(message)
    for (const wake of waiting.splice(0)) wake()
  })

  async function hear<T>(what: string, find: () => T | undefined): Promise<T> {
    const limit = performance.now() + HANG
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${setting.name} has ended`)
      if (performance.now() > limit)
        throw new Error(`${setting.name} hangs: no ${what}; it said ${JSON.stringify(heard)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000)
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  const effects = () => heard.filter(({ is }) => is === 'effect')
  const endOf = (): Ended | undefined => heard.find((one) => one.is === 'ended')

  await there.promise
  return stoppable(
    {
      name: setting.name,
      async prepare(order: Order) {
        heard = []
        say({ do: 'prepare', order })
        return hear('plan', () => endOf() ?? (heard.some(({ is }) => is === 'ready') ? 'ready' : undefined))
      },
      go: (at: bigint) => say({ do: 'go', at: String(at) }),
      finish: () => say({ do: 'finish' }),
      effect(n: number) {
        return hear(`effect ${n}`, () => endOf() ?? (effects().length >= n ? 'begun' : undefined))
      },
      ended: () => hear('end', endOf),
      async suspend() {
        child.kill('SIGSTOP')
        if (!(await poll(() => isStopped(child), HANG, 1))) throw new Error(`${setting.name} does not stop`)
      },
      wake: () => void child.kill('SIGCONT'),
    },
    async () => {
      child.kill('SIGKILL')
      await killed
    },
  )
}

export function startContenders(settings: readonly Setting[]): Promise<Contender[]> {
  return Promise.all(settings.map(startContender))
}

/** All of its threads: some of them write files. */
async function isStopped({ pid }: ChildProcess): Promise<boolean> {
  // Elsewhere than on Linux nothing says so: by then it has happened.
  if (process.platform !== 'linux') return wait(20, true)
  const threads = `/proc/${pid}/task`
  const stats = (await readdir(threads)).map((thread) => readFile(`${threads}/${thread}/stat`, 'utf8'))
  return (await Promise.all(stats)).every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}

// ---------------------------------------------------------------- a race

export interface Entry {
  contender: Contender
  order: Order
}

/** What became of each: it works and waits at its gate, or it has ended. */
export interface Settled {
  contender: Contender
  ended: Ended | undefined
}

/** All plan, then all are let go at the same moment; returns when each has ended or waits at its gate. */
export async function race(entries: readonly Entry[], chance: Luck): Promise<Settled[]> {
  const prepared = await Promise.all(entries.map(({ contender, order }) => contender.prepare(order)))
  const at = process.hrtime.bigint() + BigInt(AHEAD * 1e6)
  for (const [index, { contender }] of entries.entries()) {
    if (prepared[index] === 'ready') contender.go(at + BigInt(Math.round(chance.within(APART) * 1e6)))
  }
  return Promise.all(
    entries.map(async ({ contender, order }) => {
      const seen = order.gated ? await contender.effect(1) : await contender.ended()
      return { contender, ended: seen === 'begun' ? undefined : seen }
    }),
  )
}

/** Lets those go on that wait at their gates. */
export function finished(all: readonly Settled[]): Promise<Finished[]> {
  return Promise.all(
    all.map(async ({ contender, ended }) => {
      if (ended === undefined) contender.finish()
      return { contender, ended: ended ?? (await contender.ended()) }
    }),
  )
}

export interface Finished {
  contender: Contender
  ended: Ended
}
