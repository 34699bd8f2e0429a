import type { Decision, Deployed } from '../core/conditions/verdict.ts'
import type { Measured } from './judge-signals.ts'
import { everyOf, type SignalWatch } from './signal-watch.ts'

// What is asked about a breach once it is known: where it began, and what was deployed before.

/** A breach that began longer ago is older than anybody looks at it at night. In milliseconds. */
const LOOK_BACK = 6 * 3_600_000
/** Sources give no more, and make gaps of what is more. */
const MOST_SAMPLES = 10_000

/** The signals with all the history that a source gives of them, where something holds; it takes as long as one sample. */
export async function withHistory(signals: readonly SignalWatch[], now: () => number): Promise<Measured[]> {
  return Promise.all(
    signals.map(async (one) => {
      const measurement = await one.before(Math.min(LOOK_BACK, one.every * MOST_SAMPLES))
      const tells = measurement?.kind === 'samples' || measurement?.kind === 'series'
      const { name, own, signal, every, baseline, asked } = one
      const taken = tells ? [{ at: now(), measurement }] : one.taken
      const pace = tells ? Math.max(every, everyOf(measurement) ?? 0) : one.pace
      return { name, own, signal, every, pace, baseline, asked, taken }
    }),
  )
}

/** The decision, with where each breach began as `traced` has it, and the deployment of the version that is live. */
export function told(decision: Decision, traced: Decision, deployment: Deployed | undefined): Decision {
  const triggers = decision.triggers.map((one) => {
    const same = traced.triggers.find(({ id }) => id === one.id)
    if (one.judged !== 'holds' || same?.judged !== 'holds' || same.since === undefined) return one
    return { ...one, since: same.since, began: same.began }
  })
  return { ...decision, triggers, deployment }
}

/** Nothing when it is interrupted: nobody waits for what only explains. */
export async function unlessAborted<T>(asked: Promise<T>, interrupt: AbortSignal): Promise<T | undefined> {
  if (interrupt.aborted) return undefined
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  const stop = (): void => resolve(undefined)
  interrupt.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([asked, aborted])
  } finally {
    interrupt.removeEventListener('abort', stop)
  }
}
