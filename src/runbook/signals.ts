import { limitIn } from '../core/condition.ts'
import type { Platform } from '../core/contract.ts'
import type { SignalDef } from '../core/model.ts'
import { referencesIn } from '../core/template.ts'
import type { Filled } from './filled.ts'
import { asMap } from './loose.ts'
import { nearest } from './nearest.ts'
import { optionsOf, type Platforms } from './options.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import { SIGNAL_KEYS } from './schema.ts'
import { validate } from './validate.ts'

type SourceEntry = NonNullable<Platform['sources']>[string]

/** Every registered source by its name. */
export function sourcesOf(platforms: Platforms): Record<string, SourceEntry> {
  return Object.assign({}, ...Object.values(platforms).map((platform) => platform.sources ?? {})) as Record<
    string,
    SourceEntry
  >
}

/** The keys of a signal that are not its own: the names of sources, right or wrong. */
export function sourceKeys(signal: Record<string, unknown>): string[] {
  return Object.keys(signal).filter((key) => !Object.hasOwn(SIGNAL_KEYS, key))
}

export async function checkSignals(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const sources = sourcesOf(platforms)
  const signals = asMap(asMap(document.filled).signals)
  for (const [name, signal] of Object.entries(signals)) {
    const at = ['signals', name]
    const known = sourceKeys(asMap(signal)).filter((key) => isSource(key, at, sources, report))
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
    validate(await optionsOf(entry), document, [...at, source], report)
  }
}

function isSource(key: string, at: Path, sources: Record<string, SourceEntry>, report: Report): boolean {
  if (Object.hasOwn(sources, key)) return true
  const near = nearest(key, [...Object.keys(sources), ...Object.keys(SIGNAL_KEYS)])
  report.key([...at, key], {
    code: 'unknown-key',
    message: `unknown key "${key}"`,
    cure:
      near === undefined
        ? `sources: ${Object.keys(sources).join(', ')}; other keys: ${Object.keys(SIGNAL_KEYS).join(', ')}`
        : `did you mean "${near}"?`,
  })
  return false
}

/** A condition must name a signal, and give its limit in a unit that the signal has. */
export function checkCondition(condition: unknown, at: Path, document: Filled, report: Report): void {
  const { signal: name, below } = asMap(condition)
  if (typeof name !== 'string') return
  const signals = asMap(asMap(document.filled).signals)
  if (!checkSignalName(name, [...at, 'signal'], signals, report)) return
  const unit = asMap(signals[name]).unit as SignalDef['unit']
  if (typeof below !== 'string' || referencesIn(below).length > 0 || limitIn(unit, below) !== undefined)
    return
  report.value([...at, 'below'], {
    code: 'unit',
    message: `the limit ${below} does not fit the signal "${name}", which has ${unit === undefined ? 'no unit' : `the unit ${unit}`}`,
    cure: unitCure(below),
  })
}

function unitCure(below: string): string {
  if (below.trim().endsWith('%')) return 'give the signal unit: ratio (0.01 is 1%) or unit: percent'
  return /(?:ms|s|m|h|d)$/.test(below)
    ? 'give the signal unit: ms or unit: s'
    : 'write a number, 1%, or 500ms'
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
