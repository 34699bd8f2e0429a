import type { Sample } from '../source.ts'
import { formatDuration } from '../duration.ts'
import { matches } from '../matches.ts'
import type { Baseline, Condition, Limit, SignalDef } from '../model.ts'
import { sameCommit } from '../release.ts'
import type { Judged } from '../run/events.ts'
import { boundOf, limitWords, type Usual } from './limit.ts'

// One sample against what a condition says of single samples.

export interface SampleVerdict {
  verdict: Judged
  /** What was measured, and what was wanted where it is not that. */
  words: string
}

/** What limits are read by. */
export interface Measure {
  unit: SignalDef['unit']
  baseline?: Usual
  floor?: Baseline['floor']
  /** Numbers are compared as they were read: whether they are what they were before. */
  asRead?: true | undefined
}

type Judge<Wanted> = (wanted: Wanted, sample: Sample, measure: Measure) => SampleVerdict

type Predicate = 'passing' | 'equals' | 'is' | 'matches' | 'same_commit' | Comparison

export type Comparison = 'above' | 'below' | 'at_least' | 'at_most' | 'between'

const JUDGES: { [Name in Predicate]: Judge<NonNullable<Condition[Name]>> } = {
  passing: (wanted, sample) => ({
    verdict: (sample.failing === undefined) === wanted ? 'holds' : 'fails',
    words: sample.failing ?? 'passing',
  }),
  equals: (wanted, sample, measure) =>
    exactly(wanted, sample, measure, String(sample.value) === String(wanted)),
  is: (wanted, sample, measure) =>
    sample.failing !== undefined || typeof sample.value === typeof wanted
      ? exactly(wanted, sample, measure, sample.value === wanted)
      : {
          // Both would read the same without their quotes.
          verdict: 'fails',
          words: `is ${excerpt(JSON.stringify(sample.value) ?? '')}, wanted ${JSON.stringify(wanted)}`,
        },
  matches: (wanted, sample) => {
    const fits = matches(wanted, String(sample.value))
    if (fits === 'unusable') return { verdict: 'unknown', words: `/${wanted}/ takes too long` }
    return compared(sample, fits === 'yes', 'is', `/${wanted}/`)
  },
  same_commit: (wanted, sample) =>
    compared(sample, typeof sample.value === 'string' && sameCommit(sample.value, wanted), 'commit', wanted),
  above: numeric('above', false, (value, [limit]) => value > limit),
  below: numeric('below', true, (value, [limit]) => value < limit),
  at_least: numeric('at least', false, (value, [limit]) => value >= limit),
  at_most: numeric('at most', true, (value, [limit]) => value <= limit),
  between: numeric('between', true, (value, [from, to]) => value >= from && value <= to),
}

const PREDICATES = Object.keys(JUDGES) as Predicate[]

export const COMPARISONS = [
  'above',
  'below',
  'at_least',
  'at_most',
  'between',
] as const satisfies Comparison[]

/** Whether one of its limits is read by what is usual. */
export function usesBaseline({ change, ...condition }: Condition): boolean {
  const limits = [...COMPARISONS.map((name) => condition[name]), change?.above, change?.below].flat()
  return limits.some((limit) => typeof limit === 'object')
}

/** All that the condition says must hold. */
export function judgeSample(condition: Condition, sample: Sample, measure: Measure): SampleVerdict {
  const parts = PREDICATES.flatMap((name) => judgeBy(name, condition, sample, measure))
  if (parts.length === 0) return { verdict: 'unknown', words: 'the condition says nothing of it' }
  const worst =
    parts.find((part) => part.verdict === 'fails') ?? parts.find((part) => part.verdict === 'unknown')
  return worst ?? { verdict: 'holds', words: parts.map((part) => part.words).join(', ') }
}

function judgeBy(name: Predicate, condition: Condition, sample: Sample, measure: Measure): SampleVerdict[] {
  // Each judge takes what the condition says under its own name.
  const judgeOne = JUDGES[name] as Judge<unknown>
  const wanted = condition[name]
  return wanted === undefined ? [] : [judgeOne(wanted, sample, measure)]
}

function compared(sample: Sample, same: boolean, verb: string, wanted: string): SampleVerdict {
  if (sample.failing !== undefined) return { verdict: 'fails', words: sample.failing }
  const holds = sample.value !== null && same
  return {
    verdict: holds ? 'holds' : 'fails',
    words: `${verb} ${shown(sample)}${holds ? '' : `, wanted ${wanted}`}`,
  }
}

/** Of whole numbers beyond 2^53, JSON and JavaScript keep the nearest that they can: alike, they may be different. */
function isRounded({ value }: Sample, wanted: unknown, { asRead }: Measure): boolean {
  if (asRead === true || typeof value !== 'number' || Number(wanted) !== value) return false
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}

function exactly(
  wanted: string | number | boolean,
  sample: Sample,
  measure: Measure,
  same: boolean,
): SampleVerdict {
  if (!isRounded(sample, wanted, measure)) return compared(sample, same, 'is', String(wanted))
  return { verdict: 'unknown', words: `${shown(sample)} may be rounded: give it as text in its source` }
}

type Bounds = readonly [number, number]

function numeric(
  words: string,
  upper: boolean,
  holds: (value: number, bounds: Bounds) => boolean,
): Judge<Limit | [Limit, Limit]> {
  return (wanted, sample, { unit, baseline, floor }) => {
    // A request that failed has no number. It is not within what is demanded, and says nothing about how much more it is.
    if (sample.failing !== undefined) return { verdict: upper ? 'fails' : 'unknown', words: sample.failing }
    if (typeof sample.value !== 'number' || Number.isNaN(sample.value))
      return { verdict: 'unknown', words: `${shown(sample)} is not a number` }
    const limits = Array.isArray(wanted) ? wanted : [wanted]
    const bounds = limits.map((limit) => boundOf(unit, limit, baseline, floor))
    const lost = bounds.find((bound) => typeof bound === 'object')
    if (lost !== undefined)
      return (
        certainByFloor(wanted, sample.value, { unit, floor }, upper, holds) ?? {
          verdict: 'unknown',
          words: `is ${valueWords(sample.value, unit)}, and ${lost.unknown}`,
        }
      )
    const [from = 0, to = from] = bounds as number[]
    const held = holds(sample.value, [from, to])
    const limit = `${words} ${limits.map((one, index) => comesTo(one, bounds[index] as number, unit)).join(' and ')}`
    return {
      verdict: held ? 'holds' : 'fails',
      words: `is ${valueWords(sample.value, unit)}, ${held ? '' : 'not '}${limit}`,
    }
  }
}

/** `5 × baseline (2.5%)`: nobody reckons at night. */
function comesTo(limit: Limit, bound: number, unit: SignalDef['unit']): string {
  return typeof limit === 'object' ? `${limitWords(limit)} (${valueWords(bound, unit)})` : limitWords(limit)
}

/** What is usual is not known, but no less than the floor: what does not even pass that is certain. */
function certainByFloor(
  wanted: Limit | [Limit, Limit],
  value: number,
  { unit, floor }: Pick<Measure, 'unit' | 'floor'>,
  upper: boolean,
  holds: (value: number, bounds: Bounds) => boolean,
): SampleVerdict | undefined {
  if (Array.isArray(wanted) || typeof wanted !== 'object' || floor === undefined) return undefined
  const least = boundOf(unit, wanted, -Infinity, floor)
  if (typeof least === 'object' || holds(value, [least, least]) !== upper) return undefined
  const words = `is ${valueWords(value, unit)}, and ${limitWords(wanted)} is ${valueWords(least, unit)} or more`
  return { verdict: upper ? 'holds' : 'fails', words }
}

/** From a minute on a time is read in minutes. */
const LONG = 60_000

/** A number with its unit: `12.5%`, `480 ms`, `30m 00s`. */
export function valueWords(value: number, unit: SignalDef['unit']): string {
  const short = (number: number): string => String(Number(number.toPrecision(4)))
  if (unit === 'ratio') return `${short(value * 100)}%`
  const time = unit === 's' ? value * 1000 : value
  if ((unit === 's' || unit === 'ms') && time >= LONG && Number.isFinite(time)) return formatDuration(time)
  if (unit === 'percent') return `${short(value)}%`
  if (unit === 's' || unit === 'ms') return `${short(value)} ${unit}`
  const number = Number.isInteger(value) ? String(value) : short(value)
  return unit === 'bytes' ? `${number} bytes` : number
}

function shown(sample: Sample): string {
  return typeof sample.value === 'string' ? excerpt(sample.value) : String(sample.value)
}

/** That it was cut is seen: by people, and by whatever looks for the beginnings of secrets. */
function excerpt(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

const LONGEST_SHOWN = 80
