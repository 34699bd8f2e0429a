import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'
import type { Spinner } from './spinner.ts'

/** Shorter than this nobody notices that they wait, in milliseconds. */
const NOTICED = 300

/** What is being waited for, on the last line of a terminal; nothing elsewhere. */
export interface Waiting extends Pick<Renderer, 'hold' | 'stop'> {
  say(text: string): void
  /** Lines that stay above it. */
  keep(lines: string): void
}

/** Says what is waited for once that takes long enough to be noticed. */
export function waitingFor(output: Output, first: string): Waiting {
  const began = Date.now()
  let text = first
  let state: 'shown' | 'held' | 'over' = 'shown'
  let spinner: Spinner | undefined
  const timer = output.live ? setTimeout(() => void begin(), NOTICED) : undefined

  async function begin(): Promise<void> {
    const [{ createSpinner }, look] = await Promise.all([import('./spinner.ts'), output.progressLook()])
    spinner = createSpinner(output, look, () => began)
    show()
  }
  function show(): void {
    if (state === 'shown') spinner?.show(text)
  }

  return {
    say(news) {
      text = news
      show()
    },
    keep(lines) {
      spinner?.stop()
      output.progress(lines)
      show()
    },
    hold() {
      state = 'held'
      spinner?.stop()
      return () => {
        if (state === 'held') state = 'shown'
        show()
      }
    },
    stop() {
      state = 'over'
      clearTimeout(timer)
      spinner?.stop()
    },
  }
}

/** The same for one piece of work. */
export async function whileWaiting<T>(output: Output, words: string, work: Promise<T>): Promise<T> {
  const waiting = waitingFor(output, words)
  try {
    return await work
  } finally {
    waiting.stop()
  }
}
