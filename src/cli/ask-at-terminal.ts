import { wrap } from '../report/layout.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import type { Renderer } from './ui/renderer.ts'

export interface Terminal {
  output: Output
  interrupts: Interrupts
  renderer?: Pick<Renderer, 'hold'> | undefined
}

let lastTurn: Promise<unknown> = Promise.resolve()

/**
 * One question after the other, whoever asks them: a line that is typed answers one. Undefined when the input has ended,
 * it was interrupted, or `signal` says that nobody wants to know it any more.
 */
export function askAtTerminal(
  { output, interrupts, renderer }: Terminal,
  text: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const turn = lastTurn.then(async () => {
    const until = signal === undefined ? interrupts.signal : AbortSignal.any([interrupts.signal, signal])
    if (until.aborted) return undefined
    const [{ askLine }, { width }] = await Promise.all([import('./ui/ask.ts'), output.progressLook()])
    const release = renderer?.hold()
    try {
      // Secrets first: within a line that was broken nobody would recognise one.
      return await askLine(`${wrap(output.redact(text), width - 1).join('\n')} `, until)
    } finally {
      // Nobody has ended its line by typing.
      if (until.aborted) output.progress('')
      release?.()
    }
  })
  lastTurn = turn.catch(() => {})
  return turn
}
