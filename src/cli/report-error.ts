import { EXIT, type ExitCode } from '../core/exit.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { wrap } from '../report/layout.ts'
import type { Look } from '../report/look.ts'
import { safeText } from '../report/safe-text.ts'
import type { Output } from './output.ts'

/** Prints an error as a sentence and a cure (and a document with `--json`); gives the exit code. */
export async function reportError(
  error: unknown,
  output: Output,
  { debug }: { debug: boolean },
): Promise<ExitCode> {
  const look = await output.progressLook()
  const { paint } = look
  const exit = error instanceof Problem ? error.exit : EXIT.unexpected
  const cure = error instanceof Problem ? error.cure : 'Run it again with --debug to see where it came from.'
  output.progress(wrapped(`${paint.bad('rollback:')} ${safeText(sentenceOf(error))}`, look))
  if (cure !== undefined) output.progress(wrapped(safeText(cure), look))
  if (debug) output.progress(paint.faint(safeText(traceOf(error))))
  output.document({ type: 'error', exit, ...partsOf(error, cure) })
  return exit
}

/** Prose is wrapped; what has lines of its own, or a command to be copied, stays as it is. */
function wrapped(text: string, look: Look): string {
  return text.includes('\n') || /\brollback [a-z]+ /.test(text) ? text : wrap(text, look.width).join('\n')
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
