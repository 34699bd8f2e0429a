import { formatDuration, writtenDuration } from '../../core/duration.ts'
import { spanIn, timeOf } from './condition-times.ts'
import type { Filled } from '../filled.ts'
import { asList, asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

/**
 * The times of a bake have to fit one another: what is judged must not tell of the incident any more, and there has to be
 * time to judge it in. What is no duration is reported by the schema.
 */
export function checkBakeTimes(bake: unknown, at: Path, document: Filled, report: Report): void {
  const { for: lasting, settle, must, should } = asMap(bake)
  const whole = timeOf(lasting)
  const signals = asMap(asMap(document.filled).signals)
  const conditions = [...asList(must), ...asList(should)].map(asMap)
  const [longest] = conditions
    .flatMap(({ signal }) => windowOf(signal, signals) ?? [])
    .sort((a, b) => b.window - a.window)
  const settled = settle === undefined ? (longest?.window ?? 0) : timeOf(settle)
  if (settled === undefined) return
  if (longest !== undefined && settled < longest.window)
    return report.value([...at, 'settle'], {
      code: 'settle-too-short',
      message: `the signal "${longest.name}" looks back ${formatDuration(longest.window)}, and settle is ${formatDuration(settled)}: the incident itself would be measured`,
      cure: `settle: ${writtenDuration(longest.window)}, or a shorter window`,
    })
  // What is no time is told by the schema.
  if (whole === undefined || whole === 0) return
  if (whole <= settled)
    return report.value([...at, 'for'], {
      code: 'bake-too-short',
      message: `the bake ends after ${formatDuration(whole)}, and nothing is judged before ${formatDuration(settled)} are over (${settle === undefined ? `the window of "${longest?.name ?? ''}"` : 'settle'})`,
      cure: 'make for longer than that',
    })
  const [slowest] = conditions
    .map((condition) => ({ signal: String(condition['signal']), span: spanIn(condition, signals) }))
    .sort((a, b) => b.span - a.span)
  if (slowest !== undefined && slowest.span > whole - settled)
    report.value([...at, 'for'], {
      code: 'bake-too-short',
      message: `a condition on "${slowest.signal}" looks at ${formatDuration(slowest.span)}, and only ${formatDuration(whole - settled)} are judged: it could never hold`,
      cure: `make for at least ${writtenDuration(settled + slowest.span)}`,
    })
}

function windowOf(
  name: unknown,
  signals: Record<string, unknown>,
): { name: string; window: number } | undefined {
  if (typeof name !== 'string' || !Object.hasOwn(signals, name)) return undefined
  const window = timeOf(asMap(signals[name])['window'])
  return window === undefined ? undefined : { name, window }
}
