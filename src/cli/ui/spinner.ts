import ora from 'ora'

import { formatDuration } from '../../core/duration.ts'
import { cut } from '../../report/layout.ts'
import type { Look } from '../../report/look.ts'
import { brief } from '../../report/safe-text.ts'
import { isUtf8, spell } from '../characters.ts'
import type { Output } from '../output.ts'

export interface Spinner {
  show(text: string): void
  stop(): void
}

/** The spinner itself, and the elapsed time behind the text. */
const COLUMNS = 14

/** One line that moves, with the time that has passed since; whether it may move was decided before. */
export function createSpinner(output: Output, look: Look, since: () => number): Spinner {
  const spinner = ora({
    stream: process.stderr,
    isEnabled: true,
    // stdin stays as it is: Ctrl-C must reach the process as a signal.
    discardStdin: false,
    color: 'cyan',
    ...(isUtf8() ? {} : { spinner: 'line' }),
  })
  spinner.suffixText = () => look.paint.faint(elapsed(since()))
  return {
    show(text) {
      spinner.text = spell(output.redact(cut(brief(text), look.width - COLUMNS)))
      if (!spinner.isSpinning) spinner.start()
    },
    stop: () => void spinner.stop(),
  }
}

function elapsed(since: number): string {
  const seconds = Math.floor((Date.now() - since) / 1000)
  return seconds < 1 ? '' : formatDuration(seconds * 1000)
}
