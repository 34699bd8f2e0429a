import { formatDuration } from '../duration.ts'
import type { Condition, Severity, Statement, Trigger } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { describeStatement } from './describe.ts'
import { beginningOf, type Judgement } from './judgement.ts'

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
  /** Of the version that is live, where something holds: what came before the breach. */
  deployment?: Deployed | undefined
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

type JudgeOne = (condition: Condition) => Judgement

/** What follows from a trigger, as things are now. */
export function judgeTrigger(trigger: Trigger, judgeOne: JudgeOne, now: number): TriggerVerdict {
  const { id, severity, when, unless, note } = trigger
  const { verdict: judged, words, since, began } = judgeStatement(when, judgeOne)
  const against = unless === undefined ? undefined : judgeStatement(unless, judgeOne)
  return {
    id,
    severity,
    condition: describeStatement(when),
    judged,
    words,
    since,
    began,
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
function judgeStatement(statement: Statement, judgeOne: JudgeOne): Judgement {
  if ('all' in statement) {
    const whole = statement.burnRate !== undefined
    return together(statement.all, judgeOne, ['fails', 'unknown', 'holds'], Math.max, whole)
  }
  if ('any' in statement) return together(statement.any, judgeOne, ['holds', 'unknown', 'fails'], Math.min)
  if (!('not' in statement)) return judgeOne(statement)
  const { since: _, began: __, ...judgement } = judgeStatement(statement.not, judgeOne)
  return { ...judgement, verdict: OPPOSITE[judgement.verdict] }
}

const OPPOSITE = { holds: 'fails', fails: 'holds', unknown: 'unknown' } as const

/** The first verdict of the order that one of them has, with the words of those that have it; `whole`: of all of them. */
function together(
  statements: readonly Statement[],
  judgeOne: JudgeOne,
  order: readonly Judged[],
  earliest: (...times: number[]) => number,
  whole = false,
): Judgement {
  const all = statements.map((one) => judgeStatement(one, judgeOne))
  const verdict = order.find((wanted) => all.some((one) => one.verdict === wanted)) ?? 'unknown'
  const deciding = all.filter((one) => one.verdict === verdict)
  return {
    verdict,
    words: [...new Set((whole ? all : deciding).map(({ words }) => words))].join('; '),
    ...beginningOf(deciding, earliest),
    final: deciding.every(({ final }) => final),
  }
}

/** Of all triggers together. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.toReversed().find((one) => verdicts.includes(one)) ?? 'hold'
}
