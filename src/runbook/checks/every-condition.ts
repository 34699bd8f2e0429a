import { isPlainObject } from '../../core/json.ts'
import type { Filled } from '../filled.ts'
import { asMap } from '../loose.ts'
import type { Platforms } from '../options.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { sourceKeys, sourcesOf } from '../sources.ts'
import { checkCount } from './condition-times.ts'

/** What holds for a condition wherever it stands: triggers, rules against them, guards, verify, bake. */
export function checkEveryCondition(document: Filled, platforms: Platforms, report: Report): void {
  const file = asMap(document.filled)
  const signals = asMap(file.signals)
  const sources = sourcesOf(platforms)
  for (const key of ['triggers', 'unless', 'guards', 'procedures'])
    visit(file[key], [key], (condition, at) => {
      const name = String(condition.signal)
      const signal = asMap(Object.hasOwn(signals, name) ? signals[name] : undefined)
      const [source = ''] = sourceKeys(signal)
      const entry = Object.hasOwn(sources, source) ? sources[source] : undefined
      // What is not there is told elsewhere.
      if (entry === undefined) return
      checkCount(condition, at, signals, report)
      const isDemanded = at.includes('verify') || at.includes('bake')
      // There a question is refused altogether.
      if (signal.ask !== undefined && isDemanded) return
      if (entry.probes?.(asMap(signal[source])) !== true) checkProbe(condition, at, { name, source }, report)
    })
}

/** A sample that cannot fail passes whatever it says: it would prove anything, and never be a breach. */
function checkProbe(
  condition: Record<string, unknown>,
  at: Path,
  { name, source }: { name: string; source: string },
  report: Report,
): void {
  const key = ['passing', 'failing', 'failing_for'].find((one) => condition[one] !== undefined)
  if (key === undefined) return
  report.key([...at, key], {
    code: 'never-fails',
    message: `${key}: the samples of "${name}" never fail, whatever they say: ${source} gives values`,
    cure:
      source === 'ask'
        ? 'say which answer is meant: equals: true'
        : 'compare its value: above: 3, below: 1%, equals: true',
  })
}

/** Every map that names a signal, with the place where it stands. */
function visit(value: unknown, at: Path, look: (condition: Record<string, unknown>, at: Path) => void): void {
  if (Array.isArray(value)) return value.forEach((one, index) => visit(one, [...at, index], look))
  if (!isPlainObject(value)) return
  if (typeof value.signal === 'string') look(value, at)
  // What an action or a source takes is its own.
  for (const [key, one] of Object.entries(value))
    if (key !== 'with' && key !== 'capture') visit(one, [...at, key], look)
}
