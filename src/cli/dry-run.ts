import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Guide } from '../report/guide.ts'
import { hanging } from '../report/layout.ts'
import { planText } from '../report/plan-text.ts'
import { safeLine } from '../report/safe-text.ts'
import type { Output } from './output.ts'

/** The plan as a result, and nothing else: no store, no lock, no write of any kind. */
export async function printDryRun(
  plan: Plan,
  already: string | undefined,
  output: Output,
  guide?: Guide,
): Promise<ExitCode> {
  const look = await output.resultLook()
  output.result(planText(plan, look, guide))
  const end = already === undefined ? '' : ` Already there: ${safeLine(already)}.`
  const words = `Dry run: nothing was changed, and nothing was written.${end}`
  output.result(`\n${hanging('', words, look).join('\n')}`)
  const result = already === undefined ? 'planned' : 'already'
  output.document({ type: 'result', dryRun: true, result, exit: EXIT.done, why: already, plan })
  return EXIT.done
}
