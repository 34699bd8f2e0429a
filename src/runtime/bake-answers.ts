import type { Line } from '../core/run/events.ts'
import type { Said } from './asked-signal.ts'

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
