import type { DecisionOnRecord, Verdict } from '../conditions/verdict.ts'
import type { Severity } from '../model.ts'
import type { Judged } from '../run/events.ts'
import { list, maybe, milliseconds, object, only, type Shape, text } from '../shape.ts'

// What triggers said, read back from a plan or from the journal of its run.

const verdict: Shape<Verdict> = only('hold', 'investigate', 'unknown', 'rollback')
const judged: Shape<Judged> = only('holds', 'fails', 'unknown')
const severity: Shape<Severity> = only('critical', 'high', 'medium', 'low')

/** The members of a decision. */
export const decision = {
  verdict,
  triggers: list(
    object<DecisionOnRecord['triggers'][number]>({
      id: text,
      severity,
      condition: text,
      judged,
      words: text,
      since: maybe(milliseconds),
      verdict,
      but: maybe(text),
    }),
  ),
}
