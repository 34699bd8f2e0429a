import { limitIn } from '../../core/conditions/limit.ts'
import type { SignalDef } from '../../core/model.ts'
import type { NamedSignal } from './series.ts'
import { asList, asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

interface Bound {
  at: number
  /** The limit itself is within it. */
  isIncluded: boolean
  words: string
}

/** Limits that no number is within, and so are always wrong. */
export function checkContradiction(
  condition: Record<string, unknown>,
  at: Path,
  { name, signal }: NamedSignal,
  report: Report,
): void {
  const bound = (key: string, limit: unknown, isIncluded: boolean): Bound[] => {
    const value = numberOf(signal, limit)
    return value === undefined ? [] : [{ at: value, isIncluded, words: `${key}: ${String(limit)}` }]
  }
  const [from, to] = Array.isArray(condition.between) ? condition.between : []
  const between = (limit: unknown): Bound[] =>
    bound('between', limit, true).map((one) => ({
      ...one,
      words: `between: [${String(from)}, ${String(to)}]`,
    }))
  const range = rangeOfPassing(signal)
  const equal = [condition.equals, condition.is].find((one) => typeof one === 'number')
  const lower = [
    ...range.map(([least, most]) => ({ at: least, isIncluded: true, words: passingWords(least, most) })),
    ...bound('equals', equal, true),
    ...bound('above', condition.above, false),
    ...bound('at_least', condition.at_least, true),
    ...between(from),
  ].toSorted((a, b) => b.at - a.at || Number(a.isIncluded) - Number(b.isIncluded))[0]
  const upper = [
    ...range.map(([least, most]) => ({ at: most, isIncluded: true, words: passingWords(least, most) })),
    ...bound('equals', equal, true),
    ...bound('below', condition.below, false),
    ...bound('at_most', condition.at_most, true),
    ...between(to),
  ].toSorted((a, b) => a.at - b.at || Number(a.isIncluded) - Number(b.isIncluded))[0]
  if (lower === undefined || upper === undefined) return
  const isPossible = lower.at < upper.at || (lower.at === upper.at && lower.isIncluded && upper.isIncluded)
  if (isPossible) return
  const limits = [...new Set([lower.words, upper.words])].join(' and ')
  report.value([...at, 'signal'], {
    code: 'contradiction',
    message: `nothing that "${name}" can be is within ${limits}: it could never hold`,
    cure: limits.includes('what passes')
      ? 'what does not pass fails, and has no value: write failing: true; or, for http, say what is right: expect: [{ status: 503 }]'
      : 'leave one of them out, or exchange them; what is true of one or the other is written under any:',
  })
}

/** Values that a sample can have which does not fail, where its source gives a status: of http, of a program. */
function rangeOfPassing(signal: Record<string, unknown>): [number, number][] {
  const { http, command, unit } = signal
  // A status has none.
  if (unit !== undefined) return []
  if (http !== undefined) {
    const { json, header, response_time, expect } = asMap(http)
    const isStatus = [json, header, response_time].every((one) => one === undefined)
    return isStatus && !asList(expect).some((one) => 'status' in asMap(one)) ? [[200, 299]] : []
  }
  return command !== undefined && asMap(command).stdout === undefined ? [[0, 0]] : []
}

function passingWords(least: number, most: number): string {
  return `what passes (${least === most ? least : `${least} to ${most}`})`
}

/** A share of 10 is 1000%: nearly always 10% was meant. */
export function checkShare(limit: unknown, at: Path, { name, signal }: NamedSignal, report: Report): void {
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
function numberOf({ unit }: Record<string, unknown>, limit: unknown): number | undefined {
  if (typeof limit !== 'number' && typeof limit !== 'string') return undefined
  return limitIn(typeof unit === 'string' ? (unit as SignalDef['unit']) : undefined, limit)
}
