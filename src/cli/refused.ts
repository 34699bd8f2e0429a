import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Refusal } from '../core/plan/outcome.ts'
import { refusalText } from '../report/refusal-text.ts'
import { sameCommand, withoutArguments } from './command-line.ts'
import type { Output } from './output.ts'

/** Why it is refused, the cures, and the command that goes on without: what was typed, and what has to be left out. */
export async function printRefusal(refusal: Refusal, argv: string[], output: Output): Promise<ExitCode> {
  const without = withoutArguments(refusal.without ?? [])
  const goOn = without.length === 0 ? undefined : sameCommand(argv, without)
  output.result(refusalText(refusal, goOn, await output.resultLook()))
  output.document({ type: 'result', result: 'refused', exit: EXIT.refused, refusal, goOn })
  return EXIT.refused
}
