import type { Filled } from '../filled.ts'
import { asMap, asText } from '../loose.ts'
import type { Report } from '../report.ts'
import { checkSignalName } from './signals.ts'

/** What a fix takes is a time, or nothing could be compared with it. */
export function checkFixForward(document: Filled, report: Report): void {
  const { fix_forward, signals } = asMap(document.filled)
  const name = asText(asMap(fix_forward).signal)
  const at = ['fix_forward', 'signal']
  if (name === undefined || !checkSignalName(name, at, asMap(signals), report)) return
  const { unit } = asMap(asMap(signals)[name])
  if (unit === 's' || unit === 'ms') return
  report.value(at, {
    code: 'unit',
    message: `the signal "${name}" is no time: it has ${typeof unit === 'string' ? `the unit ${unit}` : 'no unit'}`,
    cure: 'give the signal unit: s; a person is asked for a time with ask: { question: …, type: duration }',
  })
}
