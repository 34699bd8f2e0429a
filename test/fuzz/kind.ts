import type { Random } from './random.ts'

/** One kind of input, and what is done with it. */
export interface Kind {
  /** Everything that the case depends on, as text: it is written to a file when the case fails. */
  generate(random: Random): string
  /** Throws when a property does not hold. */
  run(input: string): Promise<void>
}
