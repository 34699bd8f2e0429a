import type { RunResult } from './events.ts'

/** Results after which it is known which version is live. */
const PROVEN: ReadonlySet<string> = new Set<RunResult>(['proven', 'already', 'degraded'])

export function isProven(result: RunResult | 'unfinished'): boolean {
  return PROVEN.has(result)
}
