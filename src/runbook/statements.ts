import type { Condition, Guard, Statement, Trigger, Unless } from '../core/model.ts'
import { budgetOf } from './condition-parts.ts'
import {
  type ConditionFile,
  type GuardFile,
  type PartFile,
  SEVERITIES,
  type TriggerFile,
  type UnlessFile,
} from './condition-schema.ts'

// Conditions as they are written, in the one form that they are judged in.

type Bare = Omit<ConditionFile, 'within'> & { within?: number | undefined }

export function toCondition({ passing, failing, failing_for, ...file }: Bare): Condition {
  const probe = passing ?? failing ?? (failing_for === undefined ? undefined : true)
  if (probe === undefined) return file
  // `failing: false` is `passing: true`.
  const wanted = (passing === undefined) === (probe === false)
  const share = typeof probe === 'object' ? probe : {}
  const atLeast = share.count ?? (share.more_than === undefined ? undefined : share.more_than + 1)
  return {
    ...file,
    passing: wanted,
    for: file.for ?? failing_for,
    in_a_row: file.in_a_row ?? share.in_a_row,
    count: atLeast === undefined ? undefined : { atLeast, within: share.within, of: share.of },
  }
}

function toStatement({ all, any, not, signal, burn_rate, ...rest }: Partial<PartFile>): Statement {
  if (all !== undefined) return { all: all.map(toStatement) }
  if (any !== undefined) return { any: any.map(toStatement) }
  if (not !== undefined) return { not: toStatement(not) }
  const condition = toCondition({ signal: signal ?? '', ...rest })
  return burn_rate === undefined ? condition : toBurnRate(condition, burn_rate)
}

/** Too many errors over the long window, and still over the short one: the same limit for both. */
function toBurnRate(
  condition: Condition,
  { objective, above, long, short }: NonNullable<PartFile['burn_rate']>,
): Statement {
  const limit = Number(((budgetOf(objective) ?? 0) * above).toPrecision(12))
  const over = (window: number): Statement => ({ ...condition, window, above: `${limit}%` })
  return {
    all: [over(long), over(short)],
    burnRate: { signal: condition.signal, objective: String(objective), above },
  }
}

export function toTrigger({ id, severity, rollback_after, unless, note, ...when }: TriggerFile): Trigger {
  return {
    id,
    severity,
    when: toStatement(when as PartFile),
    unless: unless === undefined ? undefined : toStatement(unless),
    rollbackAfter: rollback_after,
    note,
  }
}

export function toUnless({ id, severity = [...SEVERITIES], note, ...when }: UnlessFile): Unless {
  return { id, when: toStatement(when as PartFile), severities: severity, note }
}

export function toGuard({ id, note, ...holds }: GuardFile): Guard {
  return { id, holds: toStatement(holds as PartFile), note }
}
