import { formatDuration } from '../duration.ts'
import type { Severity, Statement, Trigger, Unless } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { describeStatement } from './describe.ts'
import type { Explanation } from './explain.ts'
import type { Judgement } from './judgement.ts'
import { type JudgeOne, judgeStatement } from './statement.ts'
import type { TimeAllowed } from './time-allowed.ts'

/** From the mildest to the gravest: the gravest of all triggers is that of the whole. */
const VERDICTS = ['hold', 'investigate', 'unknown', 'rollback'] as const

export type Verdict = (typeof VERDICTS)[number]

export interface TriggerVerdict {
  id: string
  severity: Severity
  /** For people: `error_rate above 10%, for 5m`. */
  condition: string
  /** Whether the condition holds; not what comes of it. */
  judged: Judged
  /** What was measured. */
  words: string
  /** Since when it holds, in milliseconds since the epoch. */
  since?: number | undefined
  /** It began then; else it may have held for longer. */
  began?: boolean | undefined
  verdict: Verdict
  /** Which rule made this verdict of what was judged. */
  rule: string
  /** Why the verdict is not what the severity says. */
  but?: string | undefined
  note?: string | undefined
  /** Unknown only because it was not measured for long enough: sampled for so many milliseconds, it is known. */
  knownAfter?: number | undefined
}

/** Something speaks against it that weighs more: an `unless`. */
export function isOutweighed({
  verdict,
  judged,
  but,
}: Pick<TriggerVerdict, 'verdict' | 'judged' | 'but'>): boolean {
  return verdict === 'hold' && judged !== 'fails' && but !== undefined
}

/** All triggers of a runbook, judged. */
export interface Decision {
  verdict: Verdict
  triggers: TriggerVerdict[]
  /** Milliseconds that it was sampled for. */
  sampled: number
  /** The signal that cut it short: this is what was known until then. */
  interrupted?: string | undefined
  /** Signals that only a person can tell, and nobody has, by name: those on which something hangs. */
  unanswered: string[]
  /** Of the version that is live, where something holds: what came before the breach. */
  deployment?: Deployed | undefined
  /** Where the runbook says how long it may last, or asks how long a fix takes; and something has to be done. */
  time?: TimeAllowed | undefined
  /** How each of them was judged, part by part: only where it was asked for. */
  explanation?: Explanation | undefined
}

/** When the version that is live was deployed; or why that is not known. */
export type Deployed =
  | {
      /** Milliseconds since the epoch. */
      at: number
      /** For people; undefined where nothing says which version runs. */
      version: string | undefined
      /** A surface may only know when it was made: what went back to an older version was deployed later. */
      how: 'deployed' | 'made or deployed'
    }
  | { unknown: string }

/** What stays of a decision on record: with the plan that was made beside it, and in the journal of its run. */
export interface DecisionOnRecord {
  verdict: Verdict
  triggers: Pick<
    TriggerVerdict,
    'id' | 'severity' | 'condition' | 'judged' | 'words' | 'since' | 'verdict' | 'but'
  >[]
}

export function onRecord({ verdict, triggers }: DecisionOnRecord): DecisionOnRecord {
  return {
    verdict,
    triggers: triggers.map((one) => ({
      id: one.id,
      severity: one.severity,
      condition: one.condition,
      judged: one.judged,
      words: one.words,
      since: one.since,
      verdict: one.verdict,
      but: one.but,
    })),
  }
}

/** Where there was no value to judge, that it does not hold was not seen. */
function judgeFear(statement: Statement, judgeOne: JudgeOne): Judgement {
  const judgement = judgeStatement(statement, judgeOne)
  return judgement.verdict === 'fails' && judgement.valueless === true
    ? { ...judgement, verdict: 'unknown' }
    : judgement
}

/** What follows from a trigger, as things are now; `rules` speak against every trigger of their severities. */
export function judgeTrigger(
  trigger: Trigger,
  judgeOne: JudgeOne,
  now: number,
  rules: readonly Unless[] = [],
): TriggerVerdict {
  const { id, severity, when, note } = trigger
  const { verdict: judged, words, since, began, seen, knownAfter } = judgeFear(when, judgeOne)
  const against = againstOf(trigger, rules).map((one) => ({ ...one, ...judgeFear(one.when, judgeOne) }))
  return {
    id,
    severity,
    condition: describeStatement(when),
    judged,
    words,
    since,
    began,
    note,
    ...consequence(trigger, { judged, since, knownAfter, now: seen ?? now }, against),
  }
}

/** What speaks against a rollback: its own `unless`, and the rules for triggers of its severity. */
export interface Against extends Pick<Unless, 'when' | 'note'> {
  /** Of a rule. */
  id?: string | undefined
}

export function againstOf({ severity, unless }: Trigger, rules: readonly Unless[]): Against[] {
  return [
    ...(unless === undefined ? [] : [{ when: unless }]),
    ...rules.filter(({ severities }) => severities.includes(severity)),
  ]
}

function consequence(
  { severity, rollbackAfter }: Trigger,
  {
    judged,
    since,
    knownAfter,
    now,
  }: { judged: Judged; now: number } & Pick<Judgement, 'since' | 'knownAfter'>,
  against: readonly (Against & Judgement)[],
): Pick<TriggerVerdict, 'verdict' | 'but' | 'rule' | 'knownAfter'> {
  if (judged === 'fails') return { verdict: 'hold', rule: 'what does not hold changes nothing' }
  if (severity === 'low') return { verdict: 'hold', rule: 'low is a note, and changes nothing' }
  const held = against.find(({ verdict }) => verdict === 'holds')
  if (held !== undefined)
    return { verdict: 'hold', but: `does not count while ${againstWords(held)}`, rule: 'unless holds' }
  if (judged === 'unknown') return { verdict: 'unknown', rule: UNKNOWN, knownAfter }
  const open = against.find(({ verdict }) => verdict === 'unknown')
  if (open !== undefined)
    return {
      verdict: 'unknown',
      but: `whether it counts is not known: ${againstWords(open)}`,
      rule: UNKNOWN,
      knownAfter: open.knownAfter,
    }
  if (severity !== 'medium')
    return { verdict: 'rollback', rule: `${severity} rolls back as soon as it holds` }
  if (rollbackAfter === undefined) return { verdict: 'investigate', rule: 'medium is investigated' }
  const rule = `medium is investigated, and rolled back when it has held for ${formatDuration(rollbackAfter)}`
  if (since === undefined || now - since < rollbackAfter) return { verdict: 'investigate', rule }
  return { verdict: 'rollback', but: `it has held for ${formatDuration(rollbackAfter)} and more`, rule }
}

const UNKNOWN = 'what is not known does not pass for well'

function againstWords({ id, when, note, words }: Against & Judgement): string {
  const rule = id === undefined ? '' : `${id}${note === undefined ? '' : ` (${note})`}: `
  return `${rule}${describeStatement(when)}: ${words}`
}

/** What speaks for a rollback first: the gravest verdict, and of those alike what holds. */
export function byGravity(triggers: readonly TriggerVerdict[]): TriggerVerdict[] {
  const weight = ({ verdict, judged }: TriggerVerdict): number =>
    VERDICTS.indexOf(verdict) + (judged === 'holds' ? 0.5 : 0)
  return triggers.toSorted((a, b) => weight(b) - weight(a))
}

/** Of all triggers together. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.toReversed().find((one) => verdicts.includes(one)) ?? 'hold'
}
