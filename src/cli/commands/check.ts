import type { ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import type { Runbook } from '../../core/model.ts'
import { decideHere, tellDecision } from '../decide-here.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { keyValues, usageError } from '../usage.ts'
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
    await checkAnswers(runbook, answers)
    const asking = { session, interrupts, output, sample, answers, explain, procedure }
    const decision = await decideHere(runbook, asking)
    return tellDecision(decision, runbook, output, 'result')
  })
}

/** An answer that nobody asks for is a slip of the pen: what it was meant for would stay unknown. */
async function checkAnswers({ signals }: Runbook, answers: Record<string, string>): Promise<void> {
  if (Object.keys(answers).length === 0) return
  const { loadSource } = await import('../../runtime/load-action.ts')
  const asked: string[] = []
  for (const [name, { source }] of Object.entries(signals))
    if ((await loadSource(source)).person !== undefined) asked.push(name)
  const lost = Object.keys(answers).find((name) => !asked.includes(name))
  if (lost === undefined) return
  throw usageError(
    `--answer ${lost}: the runbook has no signal of that name that asks`,
    asked.length === 0
      ? 'None of its signals asks a person.'
      : `Signals that ask a person: ${asked.join(', ')}.`,
  )
}
