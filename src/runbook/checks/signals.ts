import type { SourceEntry } from '../../core/contract.ts'
import { limitIn } from '../../core/conditions/limit.ts'
import { COMPARISONS } from '../../core/conditions/sample.ts'
import { parseDuration } from '../../core/duration.ts'
import type { SignalDef } from '../../core/model.ts'
import { referencesIn, referencesWithin } from '../../core/template.ts'
import { withWindow } from '../../core/window.ts'
import { checkAnswers } from './asked.ts'
import { checkBurnRate } from './burn-rate.ts'
import { checkFloor, checkUsual } from './baseline.ts'
import { checkContradiction, checkShare } from './limits.ts'
import { checkSeries, type NamedSignal } from './series.ts'
import { checkChange } from './condition-times.ts'
import type { Filled } from '../filled.ts'
import { asList, asMap, asText } from '../loose.ts'
import { isValid, LONGEST_PATTERN } from '../../core/matches.ts'
import { nearest } from '../nearest.ts'
import { optionsOf, type Platforms } from '../options.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { SIGNAL_KEYS } from '../schema.ts'
import { sourceKeys, sourcesOf } from '../sources.ts'
import { validate } from '../validate.ts'

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

/** A condition must name a signal, and give its limits in a unit that the signal has. */
export function checkCondition(condition: unknown, at: Path, document: Filled, report: Report): void {
  const { signal: name, matches, ...rest } = asMap(condition)
  if (typeof name !== 'string') return
  const signals = asMap(asMap(document.filled).signals)
  if (!checkSignalName(name, [...at, 'signal'], signals, report)) return
  if (typeof matches === 'string' && referencesIn(matches).length === 0)
    checkPattern(matches, [...at, 'matches'], report)
  const named = { name, signal: asMap(signals[name]) }
  checkSeries(rest, at, named, report)
  checkBurnRate(rest, at, named, report)
  checkAnswers({ matches, ...rest }, at, named, report)
  checkContradiction(rest, at, named, report)
  checkText(rest, at, named, report)
  checkChange({ signal: name, ...rest }, at, signals, report)
  for (const key of COMPARISONS)
    for (const [place, limit] of limitsIn(rest[key], [...at, key])) checkLimit(named, limit, place, report)
  for (const key of ['above', 'below'])
    checkLimit(named, asMap(rest.change)[key], [...at, 'change', key], report)
}

/** `equals: 5%` is the text "5%", which no number is. */
function checkText(
  { equals }: Record<string, unknown>,
  at: Path,
  { name, signal }: NamedSignal,
  report: Report,
): void {
  const unit = asText(signal.unit)
  if (unit === undefined || typeof equals !== 'string' || referencesIn(equals).length > 0) return
  if (equals.trim() !== '' && Number.isFinite(Number(equals))) return
  report.value([...at, 'equals'], {
    code: 'equals-text',
    message: `equals: ${equals} is compared as text, and "${name}" is a number with the unit ${unit}`,
    cure: `between: [${equals}, ${equals}], at_least or at_most, which know units`,
  })
}

/** Conditions in a trigger stand under all, any and not; and in what speaks against it, or against all of them. */
export function checkTriggers(document: Filled, report: Report): void {
  const { triggers, unless: rules } = asMap(document.filled)
  const ids = new Set<string>()
  for (const [key, list] of Object.entries({ triggers, unless: rules }))
    asList(list).forEach((one, index) => {
      const at = [key, index]
      const { id, unless, ...when } = asMap(one)
      if (typeof id === 'string' && ids.size === ids.add(id).size)
        report.value([...at, 'id'], {
          code: 'duplicate-id',
          message: `two ${key === 'unless' ? 'of triggers and unless' : 'triggers'} have the id "${id}"`,
          cure: 'rename one of them',
        })
      checkStatement(when, at, document, report)
      checkStatement(asMap(unless), [...at, 'unless'], document, report)
      checkRollbackAfter(asMap(one), at, report)
      if (key === 'unless') checkSilenceAgainst(when, at, report)
      checkSilenceAgainst(asMap(unless), [...at, 'unless'], report)
    })
}

/** What does not say since when it holds never says that it has held for so long. */
function checkRollbackAfter(
  { rollback_after: after, ...when }: Record<string, unknown>,
  at: Path,
  report: Report,
): void {
  const key = after === undefined ? undefined : withoutBeginning(when)
  if (key === undefined) return
  report.value([...at, 'rollback_after'], {
    code: 'no-beginning',
    message: `rollback_after: ${key} does not tell since when it holds`,
    cure: 'say it with a limit, or with failing: true; or make a trigger of severity high of it, with for:',
  })
}

function withoutBeginning(statement: Record<string, unknown>): string | undefined {
  const parts = ['all', 'any'].flatMap((key) => asList(statement[key]).map(asMap))
  const counted = ['passing', 'failing'].find((key) => {
    const { count, more_than } = asMap(statement[key])
    return (count ?? more_than) !== undefined
  })
  if (statement.not !== undefined) return 'not'
  if (statement.change !== undefined) return 'change'
  return counted === undefined
    ? parts.map(withoutBeginning).find((one) => one !== undefined)
    : `a count of ${counted}`
}

/** Against a rollback there is nothing to fear: silence that counts as what is feared would keep from one. */
function checkSilenceAgainst(statement: Record<string, unknown>, at: Path, report: Report): void {
  for (const key of ['no_data', 'on_error'])
    if (statement[key] === 'breach')
      report.value([...at, key], {
        code: 'silence-against',
        message: `${key}: breach: what speaks against a rollback would hold while its source is silent`,
        cure: 'leave it out (then it is not known), or say ignore',
      })
  for (const key of ['all', 'any'])
    asList(statement[key]).forEach((part, index) =>
      checkSilenceAgainst(asMap(part), [...at, key, index], report),
    )
  if (statement.not !== undefined) checkSilenceAgainst(asMap(statement.not), [...at, 'not'], report)
}

export function checkStatement(
  statement: Record<string, unknown>,
  at: Path,
  document: Filled,
  report: Report,
): void {
  checkCondition(statement, at, document, report)
  for (const key of ['all', 'any'])
    asList(statement[key]).forEach((part, index) =>
      checkStatement(asMap(part), [...at, key, index], document, report),
    )
  if (statement.not !== undefined) checkStatement(asMap(statement.not), [...at, 'not'], document, report)
}

function limitsIn(value: unknown, at: Path): [Path, unknown][] {
  return Array.isArray(value) ? value.map((limit, index) => [[...at, index], limit]) : [[at, value]]
}

function checkLimit({ name, signal }: NamedSignal, limit: unknown, at: Path, report: Report): void {
  // What is no unit at all is told by the schema.
  if (signal.unit !== undefined && typeof signal.unit !== 'string') return
  const unit = signal.unit as SignalDef['unit']
  if (typeof limit === 'object' && limit !== null && signal.baseline === undefined)
    return report.value(at, {
      code: 'no-baseline',
      message: `the signal "${name}" has no baseline`,
      cure: `give it one: baseline: { value: … } or { offset: 1d, floor: … }`,
    })
  checkShare(limit, at, { name, signal }, report)
  if (typeof limit !== 'string' || referencesIn(limit).length > 0 || limitIn(unit, limit) !== undefined)
    return
  report.value(at, {
    code: 'unit',
    message: `the limit ${limit} does not fit the signal "${name}", which has ${unit === undefined ? 'no unit' : `the unit ${unit}`}`,
    cure: unitCure(limit),
  })
}

function checkPattern(pattern: string, at: Path, report: Report): void {
  if (isValid(pattern) && pattern.length <= LONGEST_PATTERN) return
  report.value(at, {
    code: 'pattern',
    message: `${pattern} is not a regular expression that can be used`,
    cure: `at most ${LONGEST_PATTERN} characters, in the syntax of JavaScript`,
  })
}

function unitCure(limit: string): string {
  if (limit.trim().endsWith('%')) return 'give the signal unit: ratio (0.01 is 1%) or unit: percent'
  return /(?:ms|s|m|h|d)$/.test(limit)
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
