import { parentPort, workerData } from 'node:worker_threads'

import { KINDS, type KindName } from './kinds/index.ts'
import { randomOf } from './random.ts'

// Carries cases out, and says before each which one it is: whoever watches can end what does not end by itself.

export interface Work {
  kind: KindName
  seed: string
  from: number
  to: number
  /** The case that is under way, and the milliseconds since `origin` at which it began. */
  progress: SharedArrayBuffer
  origin: number
}

export type Told =
  | { failed: number; input: string; why: string }
  | { done: true; cases: number; slowest: { number: number; took: number } }

const LIMIT = 1000

const work = workerData as Work
const progress = new Int32Array(work.progress)
const kind = KINDS[work.kind]
let slowest = { number: work.from, took: 0 }

for (let number = work.from; number < work.to; number++) {
  Atomics.store(progress, 1, Date.now() - work.origin)
  Atomics.store(progress, 0, number)
  const input = kind.generate(randomOf(work.seed, work.kind, number))
  const why = await failure(input, number)
  if (why !== undefined) tell({ failed: number, input, why })
}
tell({ done: true, cases: work.to - work.from, slowest })

async function failure(input: string, number: number): Promise<string | undefined> {
  const took = await timed(input)
  if (typeof took === 'string') return took
  if (took > slowest.took) slowest = { number, took }
  if (took < LIMIT) return undefined
  // On a busy machine anything may take a second once.
  const again = [await timed(input), await timed(input)]
  return again.every((one) => typeof one === 'number' && one >= LIMIT)
    ? `it takes ${Math.round(took)} ms`
    : undefined
}

async function timed(input: string): Promise<number | string> {
  const start = performance.now()
  try {
    await kind.run(input)
    return performance.now() - start
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : `something was thrown: ${String(error)}`
  }
}

function tell(told: Told): void {
  parentPort?.postMessage(told)
}
