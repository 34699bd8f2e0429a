import { createInterface } from 'node:readline'

import { safeText } from '../../report/safe-text.ts'

/** Asks one question on stderr; undefined when the input ended or `signal` aborted. */
export async function askLine(text: string, signal?: AbortSignal): Promise<string | undefined> {
  if (signal?.aborted === true) return undefined
  // Not a `terminal` to readline: then the line discipline turns Ctrl-C into a real signal, handled in one place.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    return await new Promise<string | undefined>((resolve) => {
      const nobody = (): void => resolve(undefined)
      signal?.addEventListener('abort', nobody, { once: true })
      lines.once('close', nobody)
      lines.question(safeText(text), resolve)
    })
  } finally {
    lines.close()
  }
}

/** `go on? [y/N]`: only y or yes is a yes. */
export async function confirm(text: string, signal?: AbortSignal): Promise<boolean> {
  const answer = await askLine(`${text} [y/N] `, signal)
  return answer !== undefined && /^y(es)?$/i.test(answer.trim())
}
