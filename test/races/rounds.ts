import { randomInt } from 'node:crypto'

// How often, and with which luck. RACE_SEED repeats the choices of a failed suite; what the kernel chose is its own.

const ALL = Number(process.env['RACE_ROUNDS'] ?? 1000)

const SEED = Number(process.env['RACE_SEED'] ?? randomInt(2 ** 31))

/** So many of the rounds of the whole suite; never none. */
export function rounds(share = 1): number {
  return Math.max(2, Math.round(ALL * share))
}

export interface Luck {
  /** Whole, from 0 to below `n`. */
  below(n: number): number
  /** Milliseconds with fractions, from 0 to below `n`. */
  within(n: number): number
  oneOf<T>(all: readonly T[]): T
}

/** The same for the same seed and salt (mulberry32). */
function luck(salt: number): Luck {
  let state = (SEED ^ Math.imul(salt + 1, 0x9e3779b9)) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    below,
    within: (n) => next() * n,
    oneOf(all) {
      const one = all[below(all.length)]
      if (one === undefined) throw new Error('one of nothing')
      return one
    },
  }
}

/** Carries the rounds out one after the other; a failure says which it was and how to repeat it. */
export async function eachRound(
  name: string,
  count: number,
  round: (n: number, chance: Luck) => Promise<void>,
): Promise<void> {
  const start = performance.now()
  for (let n = 0; n < count; n += 1) {
    try {
      await round(n, luck(n))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new Error(`${name}, round ${n} of ${count}, RACE_SEED=${SEED}: ${message}`, { cause: error })
    }
  }
  const took = (performance.now() - start) / 1000
  process.stdout.write(`${name}: ${count} rounds in ${took.toFixed(1)} s, RACE_SEED=${SEED}\n`)
}
