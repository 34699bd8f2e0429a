import { createInterface } from 'node:readline'

import { safeText } from '../../report/safe-text.ts'
import { spell } from '../characters.ts'

/** How long after the end of its input a process may get the signal that belongs to it. */
const SIGNAL_MS = 50

/** Asks one question on stderr; undefined when the input ended or `signal` aborted. */
export async function askLine(text: string, signal?: AbortSignal): Promise<string | undefined> {
  if (signal?.aborted === true) return undefined
  // Not a `terminal` to readline: then the line discipline turns Ctrl-C into a real signal, handled in one place.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    return await new Promise<string | undefined>((resolve) => {
      const nobody = (): void => resolve(undefined)
      // A terminal that was closed ends its input too, and its signal (143) says more than an answer that is missing.
      const ended = (): void => void setTimeout(nobody, SIGNAL_MS)
      signal?.addEventListener('abort', nobody, { once: true })
      lines.once('close', ended)
      // Its input cannot be read: a terminal that was closed.
      lines.once('error', ended)
      lines.question(spell(safeText(text)), resolve)
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
