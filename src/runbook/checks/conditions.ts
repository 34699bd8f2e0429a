import { COMPARISONS } from '../../core/conditions/sample.ts'
import { isValid, LONGEST_PATTERN } from '../../core/matches.ts'
import { referencesIn } from '../../core/template.ts'
import type { Filled } from '../filled.ts'
import { asMap, asText } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { checkAnswers } from './asked.ts'
import { checkBurnRate } from './burn-rate.ts'
import type { ConditionCheck } from './condition-check.ts'
import { checkChange } from './condition-times.ts'
import { checkContradiction } from './contradiction.ts'
import { checkLimit } from './limits.ts'
import { checkSeries } from './series.ts'
import { checkSignalName } from './signals.ts'
import { withinStatement } from './within-statement.ts'

/** `equals: 5%` is the text "5%", which no number is. */
const checkText: ConditionCheck = ({ equals }, at, { name, signal }, report) => {
  const unit = asText(signal.unit)
  if (unit === undefined || typeof equals !== 'string' || referencesIn(equals).length > 0) return
  if (equals.trim() !== '' && Number.isFinite(Number(equals))) return
  report.value([...at, 'equals'], {
    code: 'equals-text',
    message: `equals: ${equals} is compared as text, and "${name}" is a number with the unit ${unit}`,
    cure: `between: [${equals}, ${equals}], at_least or at_most, which know units`,
  })
}

const CHECKS: ConditionCheck[] = [checkSeries, checkBurnRate, checkAnswers, checkContradiction, checkText]

/** A condition must name a signal, and give its limits in a unit that the signal has. */
export function checkCondition(condition: unknown, at: Path, document: Filled, report: Report): void {
  const { signal: name, matches, ...rest } = asMap(condition)
  if (typeof name !== 'string') return
  const signals = asMap(asMap(document.filled).signals)
  if (!checkSignalName(name, [...at, 'signal'], signals, report)) return
  if (typeof matches === 'string' && referencesIn(matches).length === 0)
    checkPattern(matches, [...at, 'matches'], report)
  const named = { name, signal: asMap(signals[name]) }
  for (const check of CHECKS) check({ matches, ...rest }, at, named, report)
  checkChange({ signal: name, ...rest }, at, signals, report)
  for (const key of COMPARISONS)
    for (const [place, limit] of limitsIn(rest[key], [...at, key])) checkLimit(named, limit, place, report)
  for (const key of ['above', 'below'])
    checkLimit(named, asMap(rest.change)[key], [...at, 'change', key], report)
}

export function checkStatement(
  statement: Record<string, unknown>,
  at: Path,
  document: Filled,
  report: Report,
): void {
  for (const [part, place] of withinStatement(statement, at)) checkCondition(part, place, document, report)
}

function limitsIn(value: unknown, at: Path): [Path, unknown][] {
  return Array.isArray(value) ? value.map((limit, index) => [[...at, index], limit]) : [[at, value]]
}

function checkPattern(pattern: string, at: Path, report: Report): void {
  if (isValid(pattern) && pattern.length <= LONGEST_PATTERN) return
  report.value(at, {
    code: 'pattern',
    message: `${pattern} is not a regular expression that can be used`,
    cure: `at most ${LONGEST_PATTERN} characters, in the syntax of JavaScript`,
  })
}
