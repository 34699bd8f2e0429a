import { livingChildren } from '../core/run/doubts.ts'
import type { Command } from '../core/run/command.ts'
import type { Carrier } from './carrier.ts'

/** Being cancelled is a crash: the process is gone within 5 s, so effects under way get less than that to end by themselves. */
const GRACE = 2500
/** Programs that have not, and are then ended, get so much longer. */
const ENDING = 1200

/** What is being carried out at the moment. The same work is started once, however often it is asked for. */
export class Underway {
  readonly #work = new Map<string, Promise<void>>()

  get isNothing(): boolean {
    return this.#work.size === 0
  }

  /** Names of effects. */
  get effects(): ReadonlySet<string> {
    return new Set([...this.#work.keys()].flatMap((key) => effectOf(key) ?? []))
  }

  /** `settled` is told how it ended: with what it threw, or undefined. */
  start(command: Command, work: () => Promise<void>, settled: (error: unknown) => void): void {
    const key = keyOf(command)
    if (key === undefined || this.#work.has(key)) return
    this.#work.set(key, this.#carryOut(key, work, settled))
  }

  async #carryOut(key: string, work: () => Promise<void>, settled: (error: unknown) => void): Promise<void> {
    let thrown: unknown
    try {
      await work()
    } catch (error) {
      thrown = error
    }
    this.#work.delete(key)
    settled(thrown)
  }

  /** Effects get a moment to end by themselves, so that it is known what came of them; programs are ended after it. */
  async letEnd(carrier: Carrier): Promise<void> {
    await within(
      GRACE,
      [...this.effects].flatMap((effect) => this.#effect(effect)),
    )
    // They would be ended with us, and nobody would know of it: so they are ended while it can be written down.
    const programs = livingChildren(carrier.state()).flatMap(({ effect }) => this.#effect(effect))
    if (programs.length === 0) return
    carrier.session.endEffects()
    await within(ENDING, programs)
  }

  #effect(name: string): Promise<void>[] {
    const work = this.#work.get(EFFECT + name)
    return work === undefined ? [] : [work]
  }
}

const EFFECT = 'effect:'

function effectOf(key: string): string | undefined {
  return key.startsWith(EFFECT) ? key.slice(EFFECT.length) : undefined
}

function keyOf(command: Command): string | undefined {
  switch (command.do) {
    case 'apply':
    case 'call':
      return EFFECT + command.effect
    case 'look':
    case 'settle':
      return `${command.do}:${command.effect}`
    case 'ask':
    case 'verify-step':
      return `${command.do}:${command.step}`
    case 'capture':
    case 'guard':
    case 'prove':
      return command.do
    case 'record':
    case 'wait':
      return undefined
  }
}

async function within(milliseconds: number, work: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([Promise.all(work), over])
  clearTimeout(timer)
}
