import type { Taken } from '../core/conditions/moments.ts'
import type { Measurement } from '../core/contract.ts'
import type { Measured } from './decide.ts'
import type { LookBack } from './look-backs.ts'
import { type Basis, EVERY, takeSample, watched } from './watch-signal.ts'

/** Nobody waits longer than this for what is measured beside a plan or before a change, in milliseconds. */
const LIMIT = 5000

/** The signals as they are now: all at once, each measured once. `answers` are what people have said beforehand. */
export function measuredOnce(
  basis: Basis,
  wanted: readonly LookBack[],
  answers: Readonly<Record<string, string>> = {},
): Promise<Measured[]> {
  return Promise.all(wanted.map((one) => inTime(basis, one, measured(basis, one, answers))))
}

/** The last measurement of each over its own window, by name. */
export function lastOf(signals: readonly Measured[]): Record<string, Measurement> {
  const own = signals.filter(({ window }) => window === undefined)
  return Object.fromEntries(
    own.map(({ name, taken }) => [
      name,
      taken.at(-1)?.measurement ?? { kind: 'no-data', why: 'it was not measured' },
    ]),
  )
}

async function measured(
  basis: Basis,
  { signal, window, history }: LookBack,
  answers: Readonly<Record<string, string>>,
): Promise<Measured> {
  const one = await watched(basis, signal, { window, history, people: { answers } })
  await takeSample(one, () => basis.session.read.now())
  return one
}

/** A baseline that takes long takes its time from the signal itself. */
async function inTime(
  { session, runbook }: Basis,
  { signal: name, window }: LookBack,
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
  return { name, window, signal, every: signal.every ?? EVERY, taken, baseline: undefined, asked: undefined }
}
