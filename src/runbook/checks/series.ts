import { asMap } from '../loose.ts'
import { sourceKeys } from '../sources.ts'
import type { ConditionCheck } from './condition-check.ts'

// Signals with several series: whether a condition may speak of one of them, or of each.

/** A condition that says which is meant needs a signal that keeps its series apart. */
export const checkSeries: ConditionCheck = (condition, at, { name, signal }, report) => {
  if (condition.series === undefined || keepsApart(signal)) return
  report.key([...at, 'series'], {
    code: 'no-series',
    message: `the signal "${name}" does not keep several series apart`,
    cure: 'say series: any, or all, beside its query; or leave it out here',
  })
}

/** What is to be proven is not proven by one series of many because an alarm is raised by one. */
export const checkProvenSeries: ConditionCheck = (condition, at, { name, signal }, report) => {
  if (condition.series !== undefined || seriesOf(signal) !== 'any') return
  report.value([...at, 'signal'], {
    code: 'any-in-verify',
    message: `the source of "${name}" says series: any, and one series proves nothing of the others`,
    cure: 'add series: all to the condition; or series: any, where one is enough',
  })
}

/** What the source of a signal is told to make of several series. */
function seriesOf(signal: Record<string, unknown>): unknown {
  const [source] = sourceKeys(signal)
  return source === undefined ? undefined : asMap(signal[source]).series
}

export function keepsApart(signal: Record<string, unknown>): boolean {
  return ['any', 'all'].includes(String(seriesOf(signal)))
}
