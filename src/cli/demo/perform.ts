import type { Plan } from '../../core/plan/types.ts'
import { type RunSummary, summarise } from '../../report/summary.ts'
import { carryOut } from '../../runtime/carry-out.ts'
import type { Session } from '../../runtime/types.ts'
import type { Interrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { shown } from '../shown.ts'

export interface Performance {
  session: Session
  interrupts: Interrupts
  output: Output
  plan: Plan
}

/** Carries a plan out as every run is shown; nobody is asked. */
export function perform(performance: Performance): Promise<RunSummary> {
  const { session, plan } = performance
  return shown(performance, async ({ acts: [{ lines }], options }) => {
    // The undo brings back the version that the run has blocked, which is asked otherwise.
    const ended = await carryOut(session, plan, { ...options, answers: { blocked: 'yes' } })
    return summarise(plan, lines, ended)
  })
}
