import { type Random, randomOf } from './random.ts'

// Cases in which services answer rightly, but for one answer in so many.

interface Case {
  seed: string
  rare: number
}

export function rareCase(random: Random, rare: readonly number[]): string {
  return JSON.stringify({ seed: String(random.unit()), rare: random.pick(rare) } satisfies Case)
}

/** Gives what is right, or now and then what `spoil` makes of it. */
export function rarely(kind: string, input: string): <T>(right: T, spoil: (random: Random) => T) => T {
  const { seed, rare } = JSON.parse(input) as Case
  const random = randomOf(kind, seed)
  return (right, spoil) => (random.oneIn(rare) ? spoil(random) : right)
}
