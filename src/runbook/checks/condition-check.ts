import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

/** A signal of the runbook, as it is written. */
export interface NamedSignal {
  name: string
  signal: Record<string, unknown>
}

/** Looks at one condition, without the name of its signal, beside that signal. */
export type ConditionCheck = (
  condition: Record<string, unknown>,
  at: Path,
  named: NamedSignal,
  report: Report,
) => void
