import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { KINDS, type KindName } from './kinds/index.ts'
import { randomOf } from './random.ts'
import type { Told, Work } from './worker.ts'

/** Milliseconds after which a case that has not ended is ended: far more than it may take, on a machine that is busy. */
const HANGS = 10_000
/** More of one kind tell nothing new. */
const MOST_FAILURES = 5

export interface Outcome {
  cases: number
  slowest: { number: number; took: number }
  failures: string[]
}

/** Runs the cases of a kind in a thread that can be ended. */
export async function runCases(kind: KindName, seed: string, from: number, to: number): Promise<Outcome> {
  const origin = Date.now()
  const progress = new SharedArrayBuffer(8)
  const seen = new Int32Array(progress)
  const outcome: Outcome = { cases: 0, slowest: { number: from, took: 0 }, failures: [] }
  const workerData: Work = { kind, seed, from, to, progress, origin }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData })
  const ended = Promise.withResolvers<void>()

  function fail(number: number, why: string, input = inputOf(kind, seed, number)): void {
    outcome.failures.push(
      `FUZZ_SEED=${seed} FUZZ_CASE=${kind}:${number} npm run test:fuzz\n  input: ${saved(kind, number, input)}\n  ${why}`,
    )
    if (outcome.failures.length >= MOST_FAILURES) ended.resolve()
  }

  worker.on('message', (told: Told) => {
    if ('failed' in told) return fail(told.failed, told.why, told.input)
    outcome.cases = told.cases
    outcome.slowest = told.slowest
    ended.resolve()
  })
  worker.on('error', (error) => {
    fail(Atomics.load(seen, 0), `the thread ended: ${error instanceof Error ? error.stack : String(error)}`)
    ended.resolve()
  })
  const watchdog = setInterval(() => {
    const started = Atomics.load(seen, 1)
    if (started === 0 || Date.now() - origin - started < HANGS) return
    fail(Atomics.load(seen, 0), `it has not ended after ${HANGS} ms`)
    ended.resolve()
  }, 250)

  await ended.promise
  clearInterval(watchdog)
  await worker.terminate()
  return outcome
}

function inputOf(kind: KindName, seed: string, number: number): string {
  return KINDS[kind].generate(randomOf(seed, kind, number))
}

function saved(kind: KindName, number: number, input: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'rollback-fuzz-')), `${kind}-${number}`)
  writeFileSync(file, input)
  return file
}
