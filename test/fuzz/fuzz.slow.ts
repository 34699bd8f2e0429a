import { afterAll, expect, test } from 'vitest'

import type { KindName } from './kinds/index.ts'
import { runCases } from './watch.ts'

// Mutated runbooks, plans, journals and answers of services, also of those that measure. `FUZZ_SEED` is any text (default 1), `FUZZ_RUNS` the number
// of cases in all, `FUZZ_CASE=plans:1234` a single case of a seed.

const SEED = process.env['FUZZ_SEED'] ?? '1'
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 104_000)
const [ONE_KIND, ONE_NUMBER] = (process.env['FUZZ_CASE'] ?? '').split(':')

const SHARES: Record<KindName, number> = {
  runbooks: 0.25,
  plans: 0.25,
  journals: 0.3,
  answers: 0.15,
  measurements: 0.05,
}

const stats: string[] = []

afterAll(() => {
  process.stdout.write(`fuzz, seed ${SEED}: ${stats.join('; ')}\n`)
})

test.concurrent.each(Object.entries(SHARES) as [KindName, number][])('%s', async (kind, share) => {
  if (ONE_KIND !== '' && ONE_KIND !== kind) return
  const from = ONE_NUMBER === undefined ? 0 : Number(ONE_NUMBER)
  const to = ONE_NUMBER === undefined ? Math.ceil(RUNS * share) : from + 1
  const start = performance.now()
  const { cases, slowest, failures } = await runCases(kind, SEED, from, to)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  stats.push(`${kind} ${cases} cases in ${seconds} s, the slowest ${Math.round(slowest.took)} ms`)
  expect(failures.join('\n\n')).toBe('')
})
