import { formatDuration } from '../duration.ts'
import type { Condition, Severity, Statement, Trigger } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { describeStatement } from './describe.ts'
import type { Judgement } from './judgement.ts'

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
  verdict: Verdict
  /** Why the verdict is not what the severity says. */
  but?: string | undefined
  note?: string | undefined
}

/** All triggers of a runbook, judged. */
export interface Decision {
  verdict: Verdict
  triggers: TriggerVerdict[]
  /** Milliseconds that it was sampled for. */
  sampled: number
  /** Signals that only a person can tell, and nobody has, by name. */
  unanswered: string[]
}

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

export type JudgeOne = (condition: Condition) => Judgement

/** What follows from a trigger, as things are now. */
export function judgeTrigger(trigger: Trigger, judgeOne: JudgeOne, now: number): TriggerVerdict {
  const { id, severity, when, unless, note } = trigger
  const { verdict: judged, words, since } = judgeStatement(when, judgeOne)
  const against = unless === undefined ? undefined : judgeStatement(unless, judgeOne)
  return {
    id,
    severity,
    condition: describeStatement(when),
    judged,
    words,
    since,
    note,
    ...consequence(trigger, { judged, since, now }, against),
  }
}

function consequence(
  { severity, unless, rollbackAfter }: Trigger,
  { judged, since, now }: { judged: Judged; since: number | undefined; now: number },
  against: Judgement | undefined,
): Pick<TriggerVerdict, 'verdict' | 'but'> {
  if (judged === 'fails') return { verdict: 'hold' }
  if (severity === 'low') return { verdict: 'hold' }
  if (against?.verdict === 'holds' && unless !== undefined)
    return { verdict: 'hold', but: `does not count while ${describeStatement(unless)}: ${against.words}` }
  if (judged === 'unknown') return { verdict: 'unknown' }
  if (against?.verdict === 'unknown')
    return { verdict: 'unknown', but: `it is not known whether it counts: ${against.words}` }
  if (severity !== 'medium') return { verdict: 'rollback' }
  if (rollbackAfter === undefined || since === undefined || now - since < rollbackAfter)
    return { verdict: 'investigate' }
  return { verdict: 'rollback', but: `it has held for ${formatDuration(rollbackAfter)} and more` }
}

/** Conditions put together: what decides is said, and when it began. */
export function judgeStatement(statement: Statement, judgeOne: JudgeOne): Judgement {
  if ('all' in statement) return together(statement.all, judgeOne, ['fails', 'unknown', 'holds'], Math.max)
  if ('any' in statement) return together(statement.any, judgeOne, ['holds', 'unknown', 'fails'], Math.min)
  if (!('not' in statement)) return judgeOne(statement)
  const { since: _, ...judgement } = judgeStatement(statement.not, judgeOne)
  return { ...judgement, verdict: OPPOSITE[judgement.verdict] }
}

const OPPOSITE = { holds: 'fails', fails: 'holds', unknown: 'unknown' } as const

/** The first verdict of the order that one of them has, with the words of those that have it. */
function together(
  statements: readonly Statement[],
  judgeOne: JudgeOne,
  order: readonly Judged[],
  earliest: (...times: number[]) => number,
): Judgement {
  const all = statements.map((one) => judgeStatement(one, judgeOne))
  const verdict = order.find((wanted) => all.some((one) => one.verdict === wanted)) ?? 'unknown'
  const deciding = all.filter((one) => one.verdict === verdict)
  const times = deciding.flatMap(({ since }) => since ?? [])
  return {
    verdict,
    words: [...new Set(deciding.map(({ words }) => words))].join('; '),
    since: times.length === 0 ? undefined : earliest(...times),
    final: deciding.every(({ final }) => final),
  }
}

/** Of all triggers together. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.toReversed().find((one) => verdicts.includes(one)) ?? 'hold'
}
