import { spanOf } from '../core/conditions/span.ts'
import { formatDuration, parseDuration } from '../core/duration.ts'
import type { Filled } from './filled.ts'
import { asList, asMap } from './loose.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'

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
      cure: `settle: ${written(longest.window)}, or a shorter window`,
    })
  if (whole === undefined) return
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
      cure: `make for at least ${written(settled + slowest.span)}`,
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

/** How much time a condition has to see before it can hold, in milliseconds. */
function spanIn(
  { signal, every, passing, failing, ...said }: Record<string, unknown>,
  signals: Record<string, unknown>,
): number {
  const shares = [passing, failing].map(asMap)
  const pace = [every, asMap(signals[String(signal)])['every']].map(timeOf).find((one) => one !== undefined)
  const longest = (...values: unknown[]): number => Math.max(0, ...values.map((value) => timeOf(value) ?? 0))
  const most = (...values: unknown[]): number =>
    Math.max(1, ...values.map((value) => Number(value ?? 1) || 1))
  return spanOf(
    {
      for: longest(said['for'], said['failing_for'], ...shares.map(({ within }) => within)),
      absent_for: longest(said['absent_for']),
      unchanged_for: longest(said['unchanged_for']),
      change: { over: longest(asMap(said['change'])['over']) },
      in_a_row: most(
        said['in_a_row'],
        said['samples'],
        ...shares.flatMap(({ in_a_row, of }) => [in_a_row, of]),
      ),
    },
    pace,
  )
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined
}

/** As it would be written: `5m`, `90s`. */
function written(milliseconds: number): string {
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}
