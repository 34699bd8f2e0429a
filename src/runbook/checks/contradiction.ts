import { asList, asMap } from '../loose.ts'
import type { ConditionCheck } from './condition-check.ts'
import { numberOf } from './limits.ts'

interface Bound {
  at: number
  /** The limit itself is within it. */
  isIncluded: boolean
  words: string
}

/** Limits that no number is within, and so are always wrong. */
export const checkContradiction: ConditionCheck = (condition, at, { name, signal }, report) => {
  const bound = (
    key: string,
    limit: unknown,
    isIncluded: boolean,
    words = `${key}: ${String(limit)}`,
  ): Bound[] => {
    const value = numberOf(signal, limit)
    return value === undefined ? [] : [{ at: value, isIncluded, words }]
  }
  const [from, to] = Array.isArray(condition.between) ? condition.between : []
  const between = `between: [${String(from)}, ${String(to)}]`
  const [least, most] = rangeOfPassing(signal)
  const passing = `what passes (${least === most ? least : `${least} to ${most}`})`
  const equal = [condition.equals, condition.is].find((one) => typeof one === 'number')
  const lower = tightest(1, [
    ...bound('', least, true, passing),
    ...bound('equals', equal, true),
    ...bound('above', condition.above, false),
    ...bound('at_least', condition.at_least, true),
    ...bound('', from, true, between),
  ])
  const upper = tightest(-1, [
    ...bound('', most, true, passing),
    ...bound('equals', equal, true),
    ...bound('below', condition.below, false),
    ...bound('at_most', condition.at_most, true),
    ...bound('', to, true, between),
  ])
  if (lower === undefined || upper === undefined) return
  const isPossible = lower.at < upper.at || (lower.at === upper.at && lower.isIncluded && upper.isIncluded)
  if (isPossible) return
  const limits = [...new Set([lower.words, upper.words])]
  report.value([...at, 'signal'], {
    code: 'contradiction',
    message: `nothing that "${name}" can be is within ${limits.join(' and ')}: it could never hold`,
    cure: limits.includes(passing)
      ? 'what does not pass fails, and has no value: write failing: true; or, for http, say what is right: expect: [{ status: 503 }]'
      : 'leave one of them out, or exchange them; what is true of one or the other is written under any:',
  })
}

/** The highest of lower bounds (1), the lowest of upper ones (-1); of two at one place the one that is not included. */
function tightest(side: 1 | -1, bounds: readonly Bound[]): Bound | undefined {
  return bounds.toSorted((a, b) => side * (b.at - a.at) || Number(a.isIncluded) - Number(b.isIncluded))[0]
}

/** Values that a sample can have which does not fail, where its source gives a status: of http, of a program. */
function rangeOfPassing(signal: Record<string, unknown>): [number, number] | [] {
  const { http, command, unit } = signal
  // A status has none.
  if (unit !== undefined) return []
  if (http !== undefined) {
    const { json, header, response_time, expect } = asMap(http)
    const isStatus = [json, header, response_time].every((one) => one === undefined)
    return isStatus && !asList(expect).some((one) => 'status' in asMap(one)) ? [200, 299] : []
  }
  return command !== undefined && asMap(command).stdout === undefined ? [0, 0] : []
}
