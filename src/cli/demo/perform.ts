import type { Plan } from '../../core/plan/types.ts'
import type { Line } from '../../core/run/events.ts'
import { type RunSummary, summarise } from '../../report/summary.ts'
import { carryOut } from '../../runtime/carry-out.ts'
import type { Session } from '../../runtime/types.ts'
import type { Interrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { createRenderer } from '../ui/renderer.ts'

export interface Performance {
  session: Session
  interrupts: Interrupts
  output: Output
  plan: Plan
}

/** Carries a plan out with the renderer that every run has; nobody is asked. */
export async function perform({ session, interrupts, output, plan }: Performance): Promise<RunSummary> {
  const renderer = await createRenderer(output, plan)
  interrupts.beforeEnd(() => renderer.stop())
  const lines: Line[] = []
  try {
    const ended = await carryOut(session, plan, {
      answers: {},
      onLine(line) {
        lines.push(line)
        renderer.line(line)
      },
      onNews: (text) => renderer.news(text),
      interrupt: interrupts.signal,
    })
    return summarise(plan, lines, ended)
  } finally {
    renderer.stop()
  }
}
