import type { ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { decideHere, VERDICT_EXIT } from '../decide-here.ts'
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
    const { service, environment } = runbook
    const decision = await decideHere(runbook, { session, interrupts, output, sample })
    const { checkText } = await import('../../report/check-text.ts')
    const exit = VERDICT_EXIT[decision.verdict]
    output.result(checkText(decision, `${service}, ${environment}`, await output.resultLook()))
    output.document({ type: 'check', exit, service, environment, ...decision })
    return exit
  })
}
