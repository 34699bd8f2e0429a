import type { Runbook, Severity } from '../model.ts'
import type { TriggerVerdict } from './verdict.ts'

/** How long it may last, and how long each way out of it takes; all in milliseconds. It informs, and decides nothing. */
export interface TimeAllowed {
  /** The gravest of what calls for something to be done. */
  severity: Severity
  /** Of downtime, for this severity. */
  allowed?: number | undefined
  /** Since it began, as far as that is known: or longer. */
  passed?: number | undefined
  /** The one that is run where none is named. */
  procedure: string
  /** What its author says that it takes. */
  takes?: number | undefined
  /** Without a rollback. */
  fix?: number | undefined
}

const GRAVEST_FIRST = ['critical', 'high', 'medium', 'low'] as const satisfies Severity[]

/** Undefined where the runbook says nothing of it, or where nothing has to be done. */
export function timeAllowed(
  { maxDowntime, fixForward, procedures }: Pick<Runbook, 'maxDowntime' | 'fixForward' | 'procedures'>,
  triggers: readonly TriggerVerdict[],
  fix: number | undefined,
  now: number,
): TimeAllowed | undefined {
  if (maxDowntime === undefined && fixForward === undefined) return undefined
  const calling = triggers.filter(({ verdict }) => verdict === 'rollback' || verdict === 'investigate')
  const severity = GRAVEST_FIRST.find((one) => calling.some((trigger) => trigger.severity === one))
  if (severity === undefined) return undefined
  const begun = calling.flatMap(({ since }) => since ?? [])
  const [procedure] = procedures
  return {
    severity,
    allowed: severity === 'low' ? undefined : maxDowntime?.[severity],
    passed: begun.length === 0 ? undefined : now - Math.min(...begun),
    procedure: procedure?.name ?? '',
    takes: procedure?.takes,
    fix,
  }
}
