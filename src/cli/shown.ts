import type { Plan } from '../core/plan/types.ts'
import type { Line } from '../core/run/events.ts'
import type { CarryThroughOptions } from '../runtime/carry-through.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import { createRenderer, type Renderer } from './ui/renderer.ts'

/** One plan carried out, and what was written down about it. */
export interface Act {
  plan: Plan
  lines: Line[]
}

export interface Shown {
  renderer: Renderer
  /** The plan itself and, last, the undo that its failure led to. */
  acts: [Act, ...Act[]]
  /** What carrying out is given, to be shown and kept. */
  options: Pick<CarryThroughOptions, 'onLine' | 'onNews' | 'onUndo' | 'interrupt'>
}

interface Stage {
  interrupts: Interrupts
  output: Output
  plan: Plan
  /** What is on record already, of a run that is gone on with. */
  lines?: readonly Line[] | undefined
}

/** Shows what `work` does while it is done; the renderer stops however it ends. */
export async function shown<T>(
  { interrupts, output, plan, lines = [] }: Stage,
  work: (shown: Shown) => Promise<T>,
): Promise<T> {
  const renderer = await createRenderer(output, plan)
  interrupts.beforeEnd(() => renderer.stop())
  const acts: Shown['acts'] = [{ plan, lines: [...lines] }]
  try {
    return await work({
      renderer,
      acts,
      options: {
        onLine(line) {
          acts.at(-1)?.lines.push(line)
          renderer.line(line)
        },
        onNews: (text) => renderer.news(text),
        onUndo(undo) {
          acts.push({ plan: undo, lines: [] })
          renderer.follow(undo)
        },
        interrupt: interrupts.signal,
      },
    })
  } finally {
    renderer.stop()
  }
}
