import type { ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { decideHere, tellDecision, typedOf } from '../decide-here.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { keyValues } from '../usage.ts'
import { withSession } from '../with-session.ts'

interface CheckOptions extends RunbookOptions {
  sample?: string
  explain?: true
  procedure?: string
  answer: string[]
}

/** Measures what the triggers of the runbook speak of, and says what follows. Changes nothing. */
export function runCheck({ options, output }: Call): Promise<ExitCode> {
  const { sample, answer, explain, procedure, ...which } = options as unknown as CheckOptions
  const answers = keyValues('--answer', answer)
  return withSession(output, async (session, interrupts) => {
    const runbook = await requireRunbook(which)
    await requireKnownAnswers(answers, runbook)
    const asking = { session, interrupts, output, sample, answers, explain, procedure }
    const decided = await decideHere(runbook, asking)
    const typed = typedOf({ ...which, procedure }, decided.answers)
    return tellDecision(decided.decision, runbook, output, 'result', typed)
  })
}
