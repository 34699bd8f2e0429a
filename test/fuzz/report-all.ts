import { draftUndo, leavesSomethingToUndo } from '../../src/core/plan/undo.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import type { Line } from '../../src/core/run/events.ts'
import { next } from '../../src/core/run/next.ts'
import { fold } from '../../src/core/run/state.ts'
import { eventWords } from '../../src/report/event-words.ts'
import { PLAIN } from '../../src/report/look.ts'
import { outcomeText } from '../../src/report/outcome-text.ts'
import { runMarkdown } from '../../src/report/run-markdown.ts'
import { runText } from '../../src/report/run-text.ts'
import { brief } from '../../src/report/safe-text.ts'
import { statusOf } from '../../src/report/status.ts'
import { statusText } from '../../src/report/status-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { knowing } from './session.ts'
import { requireNoSecret, requireReadable } from './properties.ts'

/** Everything that is made of a run, as every command makes it; `redact` is the sink that all output goes through. */
export function reportAll(plan: Plan, lines: readonly Line[]): void {
  const redact = knowing()
  const summary = summarise(plan, lines)
  requireReadable(redact(runText(plan, lines, PLAIN)), 'the report')
  requireReadable(redact(runMarkdown(plan, lines)), 'the report in Markdown')
  requireReadable(redact(outcomeText(summary, PLAIN)), 'the outcome')
  requireReadable(
    redact(statusText(statusOf('/store', [{ plan, lines: [...lines] }], []), PLAIN, 0)),
    'the status',
  )
  for (const { event } of lines) requireReadable(redact(brief(eventWords(event, plan))), 'an event')
  requireNoSecret(redact(JSON.stringify({ summary, lines })), 'the report in JSON')
  const state = fold(lines)
  leavesSomethingToUndo(plan, state)
  draftUndo(plan, state)
  next(plan, state, { now: lines.at(-1)?.at ?? 0, ci: true, underway: new Set() })
}
