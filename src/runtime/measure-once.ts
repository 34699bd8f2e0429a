import type { Taken } from '../core/conditions/moments.ts'
import type { Measurement } from '../core/contract.ts'
import type { Measured } from './decide.ts'
import { type Basis, EVERY, takeSample, watched } from './watch-signal.ts'

/** Nobody waits longer than this for what is measured beside a plan or before a change, in milliseconds. */
const LIMIT = 5000

interface Asked {
  /** By name: how far back conditions look. */
  lookBacks: ReadonlyMap<string, number>
  /** What people have said beforehand. */
  answers: Readonly<Record<string, string>>
}

/** For signals of which no condition speaks. */
export const NOTHING_BEFORE: Asked = { lookBacks: new Map(), answers: {} }

/** The signals as they are now: all at once, each measured once, with as much of its history as is looked back on. */
export function measuredOnce(
  basis: Basis,
  names: readonly string[],
  { lookBacks, answers }: Asked,
): Promise<Measured[]> {
  return Promise.all(
    names.map((name) => inTime(basis, name, measured(basis, name, lookBacks.get(name) ?? 0, answers))),
  )
}

/** The last measurement of each, by name. */
export function lastOf(signals: readonly Measured[]): Record<string, Measurement> {
  return Object.fromEntries(
    signals.map(({ name, taken }) => [
      name,
      taken.at(-1)?.measurement ?? { kind: 'no-data', why: 'it was not measured' },
    ]),
  )
}

async function measured(
  basis: Basis,
  name: string,
  history: number,
  answers: Asked['answers'],
): Promise<Measured> {
  const one = await watched(basis, name, { history, people: { answers } })
  await takeSample(one, () => basis.session.read.now())
  return one
}

/** A baseline that takes long takes its time from the signal itself. */
async function inTime(
  { session, runbook }: Basis,
  name: string,
  measuring: Promise<Measured>,
): Promise<Measured> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(resolve, LIMIT, 'late')
  try {
    const won = await Promise.race([measuring, late])
    if (won !== 'late') return won
  } finally {
    clearTimeout(timer)
  }
  const signal = runbook.signals[name]
  if (signal === undefined) throw new Error(`there is no signal "${name}"`)
  const why = `no answer within ${LIMIT / 1000} s`
  const taken: Taken[] = [{ at: session.read.now(), measurement: { kind: 'unreachable', why } }]
  return { name, signal, every: signal.every ?? EVERY, taken, baseline: undefined, asked: undefined }
}
