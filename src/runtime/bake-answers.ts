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

/** Those that are for a question of the bake: the same command may have answered others of the run. */
export function answersTo(
  demands: readonly Demand[],
  answers: Readonly<Record<string, string>> = {},
): [name: string, value: string][] {
  const asked = new Set(demands.flatMap(({ watch }) => (watch.asked === undefined ? [] : watch.name)))
  return Object.entries(answers).filter(([name]) => asked.has(name))
}
