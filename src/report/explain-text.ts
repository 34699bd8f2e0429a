import type {
  Explanation,
  PartExplained,
  SeriesExplained,
  SignalExplained,
} from '../core/conditions/explain.ts'
import type { Charted } from '../core/conditions/charted.ts'
import type { History, Repeated } from '../core/conditions/history.ts'
import { valueWords } from '../core/conditions/sample.ts'
import type { Decision, TriggerVerdict } from '../core/conditions/verdict.ts'
import { formatDuration } from '../core/duration.ts'
import type { SignalDef } from '../core/model.ts'
import type { Judged } from '../core/run/events.ts'
import { chart, legend } from './chart.ts'
import { toTheSecond } from './iso-time.ts'
import { facts, hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { brief, safeLine } from './safe-text.ts'
import { MARKS, startWords } from './trigger-text.ts'

const MOST_GAPS = 3
const MOST_SERIES = 10

const JUDGED: Record<Judged, string> = { holds: 'holds', fails: 'does not hold', unknown: 'not known' }

/** How each trigger was judged, part by part, and what was measured of each signal. */
export function explainText({ triggers, explanation }: Decision, look: Look): string {
  if (explanation === undefined) return ''
  return sections([
    [heading('How it was judged', look)],
    ...triggers.map((trigger) => triggerLines(trigger, explanation, look)),
    hanging('', 'The verdict is the gravest of these: rollback, unknown, investigate, hold.', look),
    [heading('What was measured', look)],
    ...explanation.signals.map((signal) => signalLines(signal, explanation, look)),
  ])
}

function triggerLines(trigger: TriggerVerdict, { triggers }: Explanation, look: Look): string[] {
  const { id, severity, judged, verdict, rule } = trigger
  const explained = triggers.find((one) => one.id === id)
  return [
    ...hanging('', `${look.paint.strong(safeLine(id))} (${severity}): ${JUDGED[judged]}`, look),
    ...(explained === undefined ? [] : partLines(explained.when, '  ', look)),
    ...(explained?.unless ?? []).flatMap((against) => [
      ...hanging('  unless ', `${against.id ?? 'its own'}: ${JUDGED[against.part.judged]}`, look),
      ...partLines(against.part, '    ', look),
    ]),
    ...hanging('  = ', `${verdict}: ${rule}`, look),
  ]
}

function partLines(part: PartExplained, indent: string, look: Look): string[] {
  const { says, judged, condition, words, limits, series = [], parts } = part
  const mark = `${indent}${MARKS[judged]} `
  if (says !== 'condition')
    return [
      ...hanging(mark, `${says}: ${JUDGED[judged]}`, look),
      ...parts.flatMap((one) => partLines(one, `${indent}  `, look)),
    ]
  const below = ' '.repeat(mark.length)
  return [
    ...hanging(mark, brief(condition), look),
    ...hanging(below, brief(`${words}${startWords(part)}`), look),
    ...limits
      .filter(({ says, words }) => says !== words)
      .flatMap(({ words }) => hanging(below, `limit: ${words}`, look)),
    ...seriesLines(series, below, look),
  ]
}

function seriesLines(all: readonly SeriesExplained[], indent: string, look: Look): string[] {
  const more = all.length - MOST_SERIES
  return [
    ...all
      .slice(0, MOST_SERIES)
      .flatMap(({ name, judged, words }) =>
        hanging(`${indent}${MARKS[judged]} `, brief(`${name} ${words}`), look),
      ),
    ...(more > 0 ? hanging(indent, `and ${more} more series`, look) : []),
  ]
}

function signalLines(signal: SignalExplained, { charts }: Explanation, look: Look): string[] {
  const { name, source, asked, unit, window, every, history, measured, baseline } = signal
  const charted = charts.find((one) => one.signal === name)
  return [
    `${look.paint.strong(safeLine(name))}: ${source}`,
    ...facts(
      [
        ...Object.entries(asked).map(([option, value]): [string, string] => [`  ${option}`, safeLine(value)]),
        ['  window', window === undefined ? undefined : formatDuration(window)],
        [
          '  looks back',
          history === undefined ? undefined : `${formatDuration(history)}, every ${formatDuration(every)}`,
        ],
        ['  samples', samplesWords(measured)],
        [measured.series === undefined ? '  value' : '  values', valuesWords(measured, unit)],
        ['  failed', repeatedWords(measured.failing)],
        ['  gaps', gapsWords(measured)],
        ...measured.silent.map((one): [string, string | undefined] => ['  unknown', repeatedWords(one)]),
        ['  usual', baseline === undefined ? undefined : baselineWords(baseline, unit)],
      ],
      look,
    ),
    ...(charted === undefined ? [] : chartLines(charted, look)),
  ]
}

function chartLines(charted: Charted, look: Look): string[] {
  const lines = chart(charted, look.width - 4)
  return lines.length === 0
    ? []
    : [...lines.map((line) => `    ${line}`), ...hanging('    ', legend(charted), look)]
}

function samplesWords({ count, series, first, last }: History): string {
  if (first === undefined || last === undefined) return 'none'
  const all = series === undefined ? String(count) : `${count} of ${series} series`
  if (first === last) return `${all}, of ${toTheSecond(last)}`
  return `${all}, from ${toTheSecond(first)} to ${toTheSecond(last)} (${formatDuration(last - first)})`
}

function valuesWords({ numbers, value, series }: History, unit: SignalDef['unit']): string | undefined {
  if (numbers === undefined)
    return value === undefined || value === null ? undefined : brief(String(value)).slice(0, 200)
  const { min, median, max, last } = numbers
  const [least, middle, most, now] = [min, median, max, last].map((number) => valueWords(number, unit))
  const spread = `min ${least}, median ${middle}, max ${most}`
  if (min === max) return now
  // Which of several series was measured last, says nothing.
  return series === undefined ? `last ${now}; ${spread}` : spread
}

function repeatedWords(repeated: Repeated | undefined): string | undefined {
  if (repeated === undefined) return undefined
  const { why, times, last } = repeated
  return brief(`${why} (${times === 1 ? 'once' : `${times} times`}, last ${toTheSecond(last)})`)
}

function gapsWords({ count, gaps }: History): string | undefined {
  if (count === 0 || gaps.length === 0) return undefined
  const all = gaps.map(
    ({ from, to }) => `${toTheSecond(from)} to ${toTheSecond(to)} (${formatDuration(to - from)})`,
  )
  const more = all.length > MOST_GAPS ? `; and ${all.length - MOST_GAPS} more` : ''
  return `${all.slice(0, MOST_GAPS).join('; ')}${more}`
}

function baselineWords(
  { value, why = 'not known', origin }: NonNullable<SignalExplained['baseline']>,
  unit: SignalDef['unit'],
): string {
  return `${value === undefined ? brief(why) : valueWords(value, unit)} (${origin})`
}
