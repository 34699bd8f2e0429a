import type { SourceEntry } from '../../core/contract.ts'
import { parseDuration } from '../../core/duration.ts'
import { referencesWithin } from '../../core/template.ts'
import { withWindow } from '../../core/window.ts'
import type { Filled } from '../filled.ts'
import { asMap, asText } from '../loose.ts'
import { nearest } from '../nearest.ts'
import { optionsOf, type Platforms } from '../options.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { SIGNAL_KEYS } from '../schema.ts'
import { sourceKeys, sourcesOf } from '../sources.ts'
import { validate } from '../validate.ts'
import { checkFloor, checkUsual } from './baseline.ts'
import { checkLimit } from './limits.ts'

export async function checkSignals(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const sources = sourcesOf(platforms)
  const signals = asMap(asMap(document.filled).signals)
  for (const [name, signal] of Object.entries(signals)) {
    const at = ['signals', name]
    const known = sourceKeys(asMap(signal)).filter((key) =>
      isSource(key, at, sources, Object.keys(SIGNAL_KEYS), report),
    )
    const [source] = known
    if (source === undefined && sourceKeys(asMap(signal)).length === 0)
      report.key(at, {
        code: 'no-source',
        message: `the signal "${name}" does not say how it is measured`,
        cure: `add one of: ${Object.keys(sources).join(', ')}`,
      })
    for (const extra of known.slice(1))
      report.key([...at, extra], {
        code: 'several-sources',
        message: `the signal "${name}" has two sources: ${source} and ${extra}`,
        cure: 'make two signals of it',
      })
    const entry = source === undefined ? undefined : sources[source]
    if (source === undefined || entry === undefined) continue
    await checkHistory(asMap(signal), at, source, entry, report)
    for (const key of ['value', 'floor'])
      checkLimit(
        { name, signal: asMap(signal) },
        asMap(asMap(signal).baseline)[key],
        [...at, 'baseline', key],
        report,
      )
    checkFloor(asMap(signal), at, report)
    checkUsual(asMap(signal), at, report)
    checkUnit(name, asMap(signal), at, report)
    const options = await optionsOf(entry)
    validate(options, document, [...at, source], report)
    if (!referencesWithin(asMap(signal)[source]).some((one) => one.name === 'window')) continue
    const { window } = asMap(signal)
    if (window === undefined)
      report.key([...at, source], {
        code: 'no-window',
        message: `the signal "${name}" uses \${window} and has no window`,
        cure: 'give it one beside its source: window: 5m',
      })
    // With it put in, as it is when it is measured.
    const milliseconds = parseDuration(String(window))
    const measured = { ...signals, [name]: withWindow(signal, milliseconds) }
    validate(options, { ...document, filled: { signals: measured } }, [...at, source], report)
  }
}

/** What a source gives by itself has a unit that nothing else can be said of. */
const UNITS: [source: string, option: string, value: string | undefined, units: readonly string[]][] = [
  ['http', 'response_time', undefined, ['ms']],
  ['ask', 'type', 'duration', ['ms', 's']],
  ['ask', 'type', 'percent', ['percent', 'ratio']],
]

function checkUnit(name: string, signal: Record<string, unknown>, at: Path, report: Report): void {
  const unit = asText(signal.unit)
  if (unit === undefined) return
  for (const [source, option, value, units] of UNITS) {
    const given = asMap(signal[source])[option]
    if (given === undefined || (value !== undefined && given !== value) || units.includes(unit)) continue
    report.value([...at, 'unit'], {
      code: 'unit',
      message: `the signal "${name}" has the unit ${unit}, and ${option}${value === undefined ? '' : `: ${value}`} gives ${units.join(' or ')}`,
      cure: `unit: ${units[0]}`,
    })
  }
}

/** What was measured before is known to a source that keeps it. */
async function checkHistory(
  { baseline }: Record<string, unknown>,
  at: Path,
  source: string,
  entry: SourceEntry,
  report: Report,
): Promise<void> {
  const { offset, before_deployment } = asMap(baseline)
  if ((offset ?? before_deployment) === undefined || (await entry.load()).keepsHistory === true) return
  report.key([...at, 'baseline'], {
    code: 'no-history',
    message: `baseline: the source ${source} keeps no history, and cannot tell what it was before`,
    cure: 'write down what is usual: baseline: { value: … }',
  })
}

/** Whether a key names a source; `others` are the keys that may stand beside it. */
export function isSource(
  key: string,
  at: Path,
  sources: Record<string, SourceEntry>,
  others: readonly string[],
  report: Report,
): boolean {
  if (Object.hasOwn(sources, key)) return true
  const near = nearest(key, [...Object.keys(sources), ...others])
  report.key([...at, key], {
    code: 'unknown-key',
    message: `unknown key "${key}"`,
    cure:
      near === undefined
        ? `sources: ${Object.keys(sources).join(', ')}; other keys: ${others.join(', ')}`
        : `did you mean "${near}"?`,
  })
  return false
}

export function checkSignalName(
  name: string,
  at: Path,
  signals: Record<string, unknown>,
  report: Report,
): boolean {
  if (Object.hasOwn(signals, name)) return true
  const near = nearest(name, Object.keys(signals))
  report.value(at, {
    code: 'unknown-signal',
    message: `there is no signal "${name}"`,
    cure:
      near === undefined
        ? `signals: ${Object.keys(signals).join(', ') || 'none'}`
        : `did you mean "${near}"?`,
  })
  return false
}
