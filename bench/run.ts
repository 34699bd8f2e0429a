import { gitStore } from './git-store.ts'
import { journal } from './journal.ts'
import { observe } from './observe.ts'
import { type Benchmark, isWithin, type Outcome } from './outcome.ts'
import { duration, factor, type Result } from './report.ts'
import { keep, thisMachine } from './results.ts'
import { range } from './range.ts'
import { retag } from './retag.ts'
import { scale } from './scale.ts'
import { signals } from './signals.ts'
import { startup } from './startup.ts'

// `npm run bench` runs them all, `npm run bench -- startup retag` only these.

const BENCHMARKS = {
  startup,
  retag,
  observe,
  signals,
  range,
  scale,
  journal,
  'git-store': gitStore,
} as const satisfies Record<string, Benchmark>

type Name = keyof typeof BENCHMARKS

const NAMES = Object.keys(BENCHMARKS) as Name[]

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !isName(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${NAMES.join(', ')}.`)
  process.exitCode = 2
} else await runAll(chosen.length === 0 ? NAMES : chosen.filter(isName))

async function runAll(names: readonly Name[]): Promise<void> {
  const results: Record<string, Result> = {}
  for (const name of names) {
    console.log(`\n${name} …`)
    const machine = thisMachine()
    const outcome = await BENCHMARKS[name].run()
    print(outcome)
    results[name] = { ...outcome, date: new Date().toISOString().slice(0, 10), machine }
    if (!outcome.ratios.every(isWithin)) process.exitCode = 1
  }
  await keep(results, NAMES)
}

function print({ measured, ratios, counts = {} }: Outcome): void {
  for (const { name, median, lower, upper, runs } of measured)
    console.log(
      `  ${duration(median).padStart(8)}  (${duration(lower)} – ${duration(upper)}, ${runs} runs)  ${name}`,
    )
  for (const ratio of ratios)
    console.log(
      `  ${factor(ratio.value).padStart(8)}  ${ratio.of} : ${ratio.to}, limit ${factor(ratio.limit)}${isWithin(ratio) ? '' : '  MISSED'}`,
    )
  for (const [what, count] of Object.entries(counts)) console.log(`  ${String(count).padStart(8)}  ${what}`)
}

function isName(name: string): name is Name {
  return Object.hasOwn(BENCHMARKS, name)
}
