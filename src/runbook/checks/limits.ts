import { limitIn } from '../../core/conditions/limit.ts'
import type { SignalDef } from '../../core/model.ts'
import { referencesIn } from '../../core/template.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import type { NamedSignal } from './condition-check.ts'

/** A limit is in a unit that its signal has. */
export function checkLimit({ name, signal }: NamedSignal, limit: unknown, at: Path, report: Report): void {
  // What is no unit at all is told by the schema.
  if (signal.unit !== undefined && typeof signal.unit !== 'string') return
  const unit = signal.unit as SignalDef['unit']
  if (typeof limit === 'object' && limit !== null && signal.baseline === undefined)
    return report.value(at, {
      code: 'no-baseline',
      message: `the signal "${name}" has no baseline`,
      cure: `give it one: baseline: { value: … } or { offset: 1d, floor: … }`,
    })
  checkShare(limit, at, { name, signal }, report)
  if (typeof limit !== 'string' || referencesIn(limit).length > 0 || limitIn(unit, limit) !== undefined)
    return
  report.value(at, {
    code: 'unit',
    message: `the limit ${limit} does not fit the signal "${name}", which has ${unit === undefined ? 'no unit' : `the unit ${unit}`}`,
    cure: unitCure(limit),
  })
}

function unitCure(limit: string): string {
  if (limit.trim().endsWith('%')) return 'give the signal unit: ratio (0.01 is 1%) or unit: percent'
  return /(?:ms|s|m|h|d)$/.test(limit)
    ? 'give the signal unit: ms or unit: s'
    : 'write a number, 1%, or 500ms'
}

/** A share of 10 is 1000%: nearly always 10% was meant. */
function checkShare(limit: unknown, at: Path, { name, signal }: NamedSignal, report: Report): void {
  if (signal.unit !== 'ratio') return
  const value = typeof limit === 'string' && limit.trim().endsWith('%') ? undefined : numberOf(signal, limit)
  if (value === undefined || Math.abs(value) <= 1) return
  // 2.3 × 100 is 230, not 229.99999999999997.
  const percent = Number((value * 100).toPrecision(12))
  report.value(at, {
    code: 'share',
    message: `${String(limit)} of "${name}", which has the unit ratio, is ${percent}%`,
    cure: `write ${value}% or, if it is meant, ${percent}%`,
  })
}

/** In the signal's unit; undefined for what is no number of it, which is told elsewhere. */
export function numberOf({ unit }: Record<string, unknown>, limit: unknown): number | undefined {
  if (typeof limit !== 'number' && typeof limit !== 'string') return undefined
  return limitIn(typeof unit === 'string' ? (unit as SignalDef['unit']) : undefined, limit)
}
