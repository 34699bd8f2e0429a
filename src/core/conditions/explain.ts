import type { Condition, Limit, SignalDef, Statement, Trigger, Unless } from '../model.ts'
import type { Judged } from '../run/events.ts'
import type { Charted } from './charted.ts'
import { describeStatement } from './describe.ts'
import type { History } from './history.ts'
import { judgeEachSeries } from './judge.ts'
import { judgeBy, type Known, type KnownOf } from './known.ts'
import { explainLimit, type LimitExplained } from './limit-words.ts'
import { COMPARISONS } from './sample.ts'
import { judgeStatement } from './statement.ts'
import { againstOf } from './verdict.ts'

// A verdict, part by part, for whoever asks why: the same judge over the same measurements, with what it went by.

export interface PartExplained {
  says: 'condition' | 'all' | 'any' | 'not'
  /** For people: `error_rate above 10%, for 5m 00s`. */
  condition: string
  judged: Judged
  words: string
  since?: number | undefined
  /** It began then; else it may have held for longer. */
  began?: boolean | undefined
  /** Of a condition. */
  signal?: string | undefined
  limits: LimitExplained[]
  /** Of a condition on a signal with several series: each of them, what is worst first. */
  series?: SeriesExplained[] | undefined
  /** Of what is put together. */
  parts: PartExplained[]
}

export interface SeriesExplained {
  /** By what it differs in from the others: `{region="us"}`. */
  name: string
  judged: Judged
  words: string
  /** The last number, in the unit of the signal. */
  value?: number | undefined
}

export interface TriggerExplained {
  id: string
  when: PartExplained
  /** What speaks against it; with the id of the rule, where it is not its own. */
  unless: { id?: string | undefined; part: PartExplained }[]
}

/** A signal: how it was asked, and what it said. */
export interface SignalExplained {
  name: string
  source: string
  /** Its options as it was asked; secrets are references. */
  asked: Record<string, string>
  unit: SignalDef['unit']
  /** Milliseconds: of its query, between two samples, and of the past that was asked for. */
  window?: number | undefined
  every: number
  history?: number | undefined
  /** What is usual, in its unit, or why there is no one number; and where it is known from, for people. */
  baseline?: { value?: number | undefined; why?: string | undefined; origin: string } | undefined
  measured: History
}

export interface Explanation {
  triggers: TriggerExplained[]
  signals: SignalExplained[]
  /** Of signals with a history. */
  charts: Charted[]
}

/** `traced`: the same signals over a longer time, where it was asked when things began. */
export function explainTrigger(
  trigger: Trigger,
  rules: readonly Unless[],
  knownOf: KnownOf,
  traced: KnownOf = knownOf,
): TriggerExplained {
  const explained = (statement: Statement): PartExplained => explainPart(statement, knownOf, traced)
  return {
    id: trigger.id,
    when: explained(trigger.when),
    unless: againstOf(trigger, rules).map(({ id, when }) => ({ id, part: explained(when) })),
  }
}

function explainPart(statement: Statement, knownOf: KnownOf, traced: KnownOf): PartExplained {
  const { verdict: judged, words, since, began } = judgeStatement(statement, judgeBy(knownOf))
  const longer = judgeStatement(statement, judgeBy(traced))
  const start =
    longer.verdict === judged && longer.since !== undefined
      ? { since: longer.since, began: longer.began }
      : { since, began }
  const common = { condition: describeStatement(statement), judged, words, ...start }
  const inner = (all: readonly Statement[]): PartExplained[] =>
    all.map((one) => explainPart(one, knownOf, traced))
  if ('all' in statement) return { says: 'all', ...common, limits: [], parts: inner(statement.all) }
  if ('any' in statement) return { says: 'any', ...common, limits: [], parts: inner(statement.any) }
  if ('not' in statement) return { says: 'not', ...common, limits: [], parts: inner([statement.not]) }
  const known = knownOf(statement)
  return {
    says: 'condition',
    ...common,
    signal: statement.signal,
    limits: limitsOf(statement, known),
    series: seriesOf(statement, known),
    parts: [],
  }
}

function seriesOf(condition: Condition, { taken, judging }: Known): SeriesExplained[] | undefined {
  const all = judgeEachSeries(condition, taken, judging)
  if (all.length === 0) return undefined
  return all.map(({ name, verdict: judged, words, value }) => ({ name, judged, words, value }))
}

/** What it comes to that the value is held against. */
export function limitsOf(condition: Condition, { signal, judging }: Known): LimitExplained[] {
  const { change } = condition
  const written: (Limit | undefined)[] = [
    ...COMPARISONS.flatMap((name) => condition[name]),
    change?.above ?? change?.below,
  ]
  return written.flatMap((limit) =>
    limit === undefined ? [] : [explainLimit(limit, signal, judging.baseline)],
  )
}
