import { EXIT, type ExitCode } from '../core/exit.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { safeText } from '../report/safe-text.ts'
import type { Output } from './output.ts'

/** Prints an error as a sentence and a cure (and a document with `--json`); gives the exit code. */
export async function reportError(
  error: unknown,
  output: Output,
  { debug }: { debug: boolean },
): Promise<ExitCode> {
  const { paint } = await output.progressLook()
  const exit = error instanceof Problem ? error.exit : EXIT.unexpected
  const cure = error instanceof Problem ? error.cure : 'Run it again with --debug to see where it came from.'
  output.progress(`${paint.bad('rollback:')} ${safeText(sentenceOf(error))}`)
  if (cure !== undefined) output.progress(safeText(cure))
  if (debug) output.progress(paint.faint(safeText(traceOf(error))))
  output.document({ type: 'error', exit, ...partsOf(error, cure) })
  return exit
}

function partsOf(error: unknown, cure: string | undefined): Record<string, unknown> {
  if (!(error instanceof Problem)) return { code: 'unexpected', message: sentenceOf(error), cure }
  return { code: error.code, message: error.message, found: error.found, cure }
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = error.stack ?? error.message
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${traceOf(error.cause)}`
}
