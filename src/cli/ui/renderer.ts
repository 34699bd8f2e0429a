import type { Plan } from '../../core/plan/types.ts'
import type { Line } from '../../core/run/events.ts'
import type { Output } from '../output.ts'
import { withHold } from './with-hold.ts'

/** Shows a run while it goes on. */
export interface Renderer {
  /** From here on the lines belong to this plan: an undo after a failure. */
  follow(plan: Plan): void
  line(line: Line): void
  /** Live news that is not written down: a sample while waiting. */
  news(text: string): void
  /** The terminal belongs to a question, until what is returned is called. */
  hold(): () => void
  stop(): void
}

/** JSON for scripts, a spinner for a person at a terminal, one line an event for everything else. */
export async function createRenderer(output: Output, plan: Plan): Promise<Renderer> {
  if (output.json) return withHold((await import('./json.ts')).createJsonRenderer(output))
  if (output.live)
    return withHold((await import('./tty.ts')).createTtyRenderer(output, plan, await output.progressLook()))
  return withHold((await import('./plain.ts')).createPlainRenderer(output, plan))
}
