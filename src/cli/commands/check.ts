import type { ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { decideHere, tellDecision } from '../decide-here.ts'
import { requireRunbook, type RunbookOptions } from '../runbook.ts'
import { withSession } from '../with-session.ts'

interface CheckOptions extends RunbookOptions {
  sample?: string
}

/** Measures what the triggers of the runbook speak of, and says what follows. Changes nothing. */
export function runCheck({ options, output }: Call): Promise<ExitCode> {
  const { sample, ...which } = options as unknown as CheckOptions
  return withSession(output, async (session, interrupts) => {
    const runbook = await requireRunbook(which)
    const decision = await decideHere(runbook, { session, interrupts, output, sample })
    return tellDecision(decision, runbook, output, 'result')
  })
}
