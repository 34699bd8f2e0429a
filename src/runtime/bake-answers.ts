import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import type { Line } from '../core/run/events.ts'
import type { Said } from './asked-signal.ts'
import type { Demand } from './demands.ts'

/** What was answered since the run was proven. */
export function saidSince(lines: readonly Line[]): Said {
  const ended = lines.findIndex(({ event }) => event.type === 'run-ended')
  return Object.fromEntries(
    lines
      .slice(ended + 1)
      .flatMap(({ at, event }) =>
        event.type === 'signal-answered' ? [[event.signal, { text: event.value, at }]] : [],
      ),
  )
}

/** An answer that nobody wants is a name that is misspelt. */
export function requireAsked(answers: Readonly<Record<string, string>> = {}, facts: readonly Demand[]): void {
  const asked = new Set(facts.map(({ watch }) => watch.name))
  const lost = Object.keys(answers).find((name) => !asked.has(name))
  if (lost === undefined) return
  throw new Problem({
    code: 'answer-invalid',
    message: `--answer ${lost}: the bake does not ask that`,
    cure: asked.size === 0 ? 'leave it out: it asks nothing' : `it asks: ${[...asked].join(', ')}`,
    exit: EXIT.usage,
  })
}
