import type { RunEvent, Who } from '../core/run/events.ts'
import type { People, Said } from './asked-signal.ts'
import { type Demand, sampleAll } from './demands.ts'

export interface Asking {
  askFact: People['ask']
  who: Who
  append(event: RunEvent): Promise<void>
  now(): number
  interrupted(): boolean
}

/**
 * Asks for what only a person knows, one question after the other; each, and its answer, is on record. `signal`: nobody
 * wants to know it any more.
 */
export async function askFacts(
  facts: readonly Demand[],
  asking: Asking,
  signal?: AbortSignal,
): Promise<void> {
  for (const [watch, own] of Map.groupBy(facts, ({ watch: one }) => one)) {
    const { asked, name } = watch
    if (asked === undefined) throw new Error(`"${name}" is measured, and nobody is asked for it`)
    const isAsked = asked.open(asking.now()) && asking.askFact !== undefined
    if (isAsked) await asking.append({ type: 'signal-asked', signal: name, text: asked.question })
    const value = isAsked ? await asked.ask({ ask: asking.askFact }, asking.now, signal) : undefined
    // Ctrl-C at a question is no answer.
    if (asking.interrupted() || signal?.aborted === true) return
    if (value !== undefined)
      await asking.append({ type: 'signal-answered', signal: name, value, by: asking.who })
    await sampleAll(own)
  }
}

/**
 * Puts on record what was said beforehand of what is demanded, where it is not there yet: the same command may have
 * answered other questions of the run.
 */
export async function recordSaid(
  demands: readonly Demand[],
  said: Said,
  { who, append }: Pick<Asking, 'who' | 'append'>,
): Promise<void> {
  const asked = new Set(demands.flatMap(({ watch }) => (watch.asked === undefined ? [] : watch.name)))
  for (const [signal, { text, isOnRecord }] of Object.entries(said))
    if (asked.has(signal) && isOnRecord === undefined)
      await append({ type: 'signal-answered', signal, value: text, by: who })
}
