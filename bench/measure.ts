import { setTimeout as sleep } from 'node:timers/promises'

/** One way to do the thing that is compared. */
export interface Contender {
  readonly name: string
  /** Before every run, and not counted: puts things back to where a run has something to do. */
  readonly prepare?: () => Promise<void>
  /** What is counted; a run that did not do its work throws. */
  readonly run: () => Promise<void>
  /** After every run, and not counted: throws when the work was not done. */
  readonly check?: () => Promise<void>
}

/** Milliseconds. */
export interface Measured {
  readonly name: string
  readonly runs: number
  readonly median: number
  /** A quarter of the runs were faster. */
  readonly lower: number
  /** A quarter of the runs were slower. */
  readonly upper: number
  readonly fastest: number
}

interface Rounds {
  readonly rounds: number
  /** Rounds that come first and do not count: caches of disks, compilers and registries fill. */
  readonly warmUps: number
}

const PAUSE_MS = 20

/**
 * A B C, A B C, …: every round runs each contender once, so that whatever else the machine does meets all of
 * them alike. Only what was measured side by side may be compared.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds, warmUps }: Rounds,
): Promise<Measured[]> {
  const times = contenders.map((): number[] => [])
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const took = await time(contender)
      if (round >= 0) times[index]?.push(took)
    }
  }
  return contenders.map(({ name }, index) => summary(name, times[index] ?? []))
}

async function time({ prepare, run, check }: Contender): Promise<number> {
  await prepare?.()
  // What the one before has left to do (closing sockets, writing back) is not this one's.
  await sleep(PAUSE_MS)
  const start = performance.now()
  await run()
  const took = performance.now() - start
  await check?.()
  return took
}

function summary(name: string, times: readonly number[]): Measured {
  const sorted = times.toSorted((a, b) => a - b)
  return {
    name,
    runs: sorted.length,
    median: quantile(sorted, 0.5),
    lower: quantile(sorted, 0.25),
    upper: quantile(sorted, 0.75),
    fastest: quantile(sorted, 0),
  }
}

/** Between two neighbours it is interpolated. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
