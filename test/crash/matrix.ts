import { afterAll } from 'vitest'

// The complete matrix takes long. `CRASH_SAMPLE=n` takes n cases of each kind and scenario at random, by `CRASH_SEED`;
// `CRASH_ONLY=<beginning of a case's name>` takes those alone.

export interface Case {
  /** `<scenario>/<kind>/<what>`. */
  readonly id: string
  /** Throws when it does not hold; may say that what it wanted did not come to pass. */
  run(): Promise<'not-reached' | void>
}

const env = process.env
const SAMPLE = env['CRASH_SAMPLE'] === undefined ? undefined : Number(env['CRASH_SAMPLE'])
const SEED = Number(env['CRASH_SEED'] ?? Date.now() % 1_000_000)
const ONLY = env['CRASH_ONLY']

/** Runs the cases one after the other, all of them, and gives everything that did not hold. */
export class Matrix {
  readonly #name: string
  readonly #counts = new Map<string, number>()
  readonly #start = performance.now()
  #notReached = 0
  #failed = 0

  constructor(name: string) {
    this.#name = name
    afterAll(() => this.#close())
  }

  async run(cases: readonly Case[]): Promise<string[]> {
    const failures: string[] = []
    for (const one of chosen(cases)) {
      try {
        if ((await one.run()) === 'not-reached') this.#notReached += 1
        else this.#count(one)
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error)
        failures.push(`${one.id}: ${words}\nAgain: CRASH_ONLY='${one.id}' npm run test:crash`)
        process.stderr.write(`not right: ${failures.at(-1)}\n`)
      }
    }
    this.#failed += failures.length
    return failures
  }

  #count({ id }: Case): void {
    const kind = id.split('/').slice(0, 2).join(' ')
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  #close(): void {
    const all = [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
    const kinds = [...this.#counts].map(([kind, count]) => `${kind} ${count}`).join(', ')
    const seconds = Math.round((performance.now() - this.#start) / 1000)
    const part = SAMPLE === undefined ? 'complete' : `sample of ${SAMPLE}, CRASH_SEED=${SEED}`
    process.stderr.write(
      `${this.#name} (${part}): ${all} cases hold, ${this.#failed} do not, ${this.#notReached} did not come to pass, ${seconds} s: ${kinds}\n`,
    )
  }
}

function chosen(cases: readonly Case[]): readonly Case[] {
  if (ONLY !== undefined) return cases.filter(({ id }) => id.startsWith(ONLY))
  if (SAMPLE === undefined) return cases
  const kinds = Object.values(Object.groupBy(cases, ({ id }) => id.split('/').slice(0, 2).join('/')))
  return kinds.flatMap((group = []) => shuffled(group).slice(0, SAMPLE))
}

function shuffled<T>(items: readonly T[]): T[] {
  const random = randomFrom(SEED)
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
