import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'

/** Prints the script of a shell; the shell asks the program itself for what to offer. */
export async function runCompletion({ args, output }: Call): Promise<ExitCode> {
  const { SCRIPTS, isShell } = await import('../completion-scripts.ts')
  const shell = args[0] ?? ''
  // commander has checked the choice already.
  if (!isShell(shell)) return EXIT.usage
  output.result(SCRIPTS[shell])
  output.document({ type: 'completion', exit: EXIT.done, shell, script: SCRIPTS[shell] })
  return EXIT.done
}
